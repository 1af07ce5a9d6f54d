using System.Collections;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>An error in an experiment's project.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Text">The error, and what to do about it.</param>
/// <param name="Name">The faulty property or item, from which its line is found; null for none.</param>
/// <param name="Value">An item's Include, to distinguish several items with the name.</param>
internal sealed record Problem(string Code, string Text, string? Name = null, string? Value = null)
{
    /// <summary>Whether the build can continue.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>The errors in a project, without duplicates: a property that several stages read is read several times.</summary>
internal sealed class ProblemList : IEnumerable<Problem>
{
    private readonly List<Problem> _problems = [];

    /// <summary>Adds a problem unless the list already has it.</summary>
    public void Add(Problem problem)
    {
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    /// <summary>Adds several.</summary>
    public void AddRange(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
            Add(problem);
    }

    public IEnumerator<Problem> GetEnumerator() => _problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
