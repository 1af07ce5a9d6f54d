using Attribution.Diagnostics;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>A name that there is not, or that is meant for something else, is said with the name that was meant.</summary>
public sealed class MisspelledNameTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void A_misspelled_method_is_an_error_before_anything_runs_unless_the_projects_own_files_may_hold_it()
    {
        _experiment.Methods.Add("residual_dif");
        _experiment.Folder.Write("tiny.csproj", "<Project>\n<ItemGroup>\n<AttributionMethod Include=\"residual_diff;residual_dif\" "
            + "/>\n</ItemGroup>\n</Project>");
        var error = _experiment.Error(ErrorCodes.MethodMisspelled,
            "There is no AttributionMethod 'residual_dif', and the project has no C# file that could hold it. "
            + "Did you mean residual_diff? Use one of: grad_act_treatment, ");
        error.LineNumber.ShouldBe(3);
        _experiment.Sources.Add("Mine.cs");
        _experiment.Folder.Write("bin/tiny.dll", "");
        _experiment.Write().ShouldBeTrue();
    }

    [Fact]
    public void A_trait_without_rules_is_an_error_before_anything_runs_unless_another_judges()
    {
        _experiment.Eval[0].SetMetadata("Trait", "sycofancy");
        _experiment.Error(ErrorCodes.TraitWithoutRules, "There are no judging rules for the trait 'sycofancy'. Did you mean sycophancy?");
        _experiment.Settings["Judge"] = "own";
        _experiment.Write().ShouldBeTrue();
    }

    [Theory]
    [InlineData("<PropertyGroup><TopN>50</TopN></PropertyGroup>", "Did you mean TopK or TopP?")]
    [InlineData("<PropertyGroup><LearningRat>1</LearningRat></PropertyGroup>", "Did you mean LearningRate?")]
    [InlineData("<PropertyGroup><AttributionLayers>2</AttributionLayers></PropertyGroup>", "Did you mean AttributionLayer?")]
    [InlineData("<ItemGroup><TrainData Include=\"x\" /></ItemGroup>", "Did you mean TrainDataset?")]
    [InlineData("<ItemGroup><EvalDataset Include=\"x\" Prompt=\"y\" /></ItemGroup>", "EvalDataset has no metadata Prompt. Did you mean Prompts?")]
    [InlineData("<PropertyGroup><Baseline>none</Baseline></PropertyGroup>", "Baseline is an item")]
    [InlineData("<ItemGroup><TopK Include=\"50\" /></ItemGroup>", "TopK is a property")]
    public void A_name_that_is_almost_ours(string xml, string text)
    {
        _experiment.Folder.Write("tiny.csproj", $"<Project>{xml}</Project>");
        _experiment.Error(ErrorCodes.NameMisspelled, text);
    }

    [Fact]
    public void A_misspelled_property_of_the_command_line()
    {
        _experiment.Engine.GlobalProperties["TopsK"] = "5";
        _experiment.Error(ErrorCodes.NameMisspelled, "Did you mean TopK");
    }

    [Fact]
    public void Names_of_the_NET_SDK_and_names_that_the_project_reads_itself_are_not_ours()
    {
        _experiment.Engine.GlobalProperties["Configuration"] = "Release";
        _experiment.Folder.Write("tiny.csproj", """
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><LangVersion>14</LangVersion>
                <OutputType>Library</OutputType><RootNamespace>A</RootNamespace><AssemblyName>A</AssemblyName><Version>1</Version>
                <Title>T</Title><Product>P</Product>
                <Company>C</Company><Authors>A</Authors><Description>D</Description><NoWarn>1</NoWarn><Optimize>true</Optimize>
                <DebugType>none</DebugType><Features>f</Features>
                <Deterministic>true</Deterministic><Platform>x64</Platform><Platforms>x64</Platforms><OutDir>o</OutDir>
                <OutputPath>o</OutputPath><IsPackable>false</IsPackable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><GenerateDocumentationFile>true</GenerateDocumentationFile><RestoreSources>r</RestoreSources>
                <TopN>50</TopN><TopK>$(TopN)</TopK>
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="a.cs" /><None Include="a" /><Content Include="a" /><EmbeddedResource Include="a" />
                <PackageReference Include="p" Version="1" />
                <ProjectReference Include="p" /><Reference Include="r" /><Using Include="u" /><Folder Include="f" /><InternalsVisibleTo Include="i" />
              </ItemGroup>
            </Project>
            """);
        _experiment.Write().ShouldBeTrue();
        _experiment.Engine.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_setting_that_comes_from_the_environment_by_accident_is_a_warning()
    {
        _experiment.Environment["EPOCHS"] = "7";
        _experiment.Settings["Epochs"] = "7";
        _experiment.Write().ShouldBeTrue();
        _experiment.Engine.Warnings.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.FromEnvironment);
    }

    public void Dispose() => _experiment.Dispose();
}
