namespace Attribution.Contracts;

/// <summary>Kinds of lines between the worker and the build that the two must treat alike.</summary>
internal static class WorkerLineKinds
{
    /// <summary>A command to the build server, in which the text of others is escaped already.</summary>
    public const string Annotation = "annotation";
}
