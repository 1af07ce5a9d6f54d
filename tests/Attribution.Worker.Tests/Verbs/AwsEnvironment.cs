namespace Attribution.Worker.Tests.Verbs;

/// <summary>The variables by which AWS's tools find a service, set for this process: what uses them runs one test at a time.</summary>
[CollectionDefinition(nameof(AwsEnvironment))]
public sealed class AwsEnvironment
{
    /// <summary>Makes a server the one that the variables name.</summary>
    internal static void Use(S3Server server)
    {
        foreach (var (name, value) in server.Environment)
            Environment.SetEnvironmentVariable(name, value);
    }
}
