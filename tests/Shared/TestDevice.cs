namespace Attribution.Tests;

/// <summary>
/// The device that tests of models run on: the CPU, or what the variable <c>ATTRIBUTION_TEST_DEVICE</c> names. Tests of what only the CPU promises, such as
/// bytes that do not depend on the batch, stay on the CPU.
/// </summary>
public static class TestDevice
{
    /// <summary>Its name, for example <c>cuda</c>.</summary>
    public static string Name { get; } = Environment.GetEnvironmentVariable("ATTRIBUTION_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu";
}
