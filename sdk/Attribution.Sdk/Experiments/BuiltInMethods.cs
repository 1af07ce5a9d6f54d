namespace Attribution.Sdk.Experiments;

/// <summary>
/// The attribution methods that the worker has. A name that is not among them comes from the experiment's own C# files, so only then
/// can a change of those change a vector.
/// </summary>
internal static class BuiltInMethods
{
    /// <summary>The method of projected weight gradients, which compare with their like alone.</summary>
    public const string Trak = "trak";

    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "residual_treatment",
        "residual_control",
        "residual_diff",
        "residual_input_treatment",
        "grad_act_treatment",
        "residual_change_treatment",
        "residual_change",
        "residual_change_treatment_with_bias",
        "residual_change_treatment_with_mask_corrected",
        "residual_change_treatment_with_mask",
        "residual_change_with_bias_and_mask",
        Trak,
    };

    /// <summary>The selection method that generates persona vectors.</summary>
    public const string PersonaGenerated = "persona_vector_gen";

    /// <summary>The selection method that reads persona vectors from files.</summary>
    public const string PersonaFile = "persona_vector";

    /// <summary>The selection methods that make one vector of a whole evaluation set.</summary>
    public static IReadOnlyList<string> Personas { get; } = [PersonaGenerated, PersonaFile];
}
