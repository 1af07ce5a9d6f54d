using Attribution.Data.Store;
using Attribution.Pipeline;

namespace Attribution.Reporting.Tests;

/// <summary>What a change of the report makes run again: the report.</summary>
public sealed class LibraryHashTests
{
    [Fact]
    public void The_report_is_no_part_of_the_library_that_results_are_addressed_by()
    {
        var counted = LibraryHash.Assemblies(typeof(LibraryHash).Assembly).Keys;
        counted.ShouldContain("Attribution");
        counted.ShouldContain("Attribution.Contracts");
        File.Exists(typeof(ReportStage).Assembly.Location).ShouldBeTrue("it lies beside them");
        counted.ShouldNotContain(typeof(ReportStage).Assembly.GetName().Name!);
        // Nor does anything that makes results lie there.
        typeof(ReportStage).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Stage))).ShouldBe([typeof(ReportStage)]);
    }
}
