using System.Collections;

namespace Attribution.Sdk.Experiments;

/// <summary>Something wrong with an experiment's project.</summary>
/// <param name="Code">One of <see cref="ProjectErrorCodes"/>.</param>
/// <param name="Text">What is wrong and what to do.</param>
/// <param name="Name">The property or item at fault, to find its line by; null for none.</param>
/// <param name="Value">An item's Include, where several items have the name.</param>
internal sealed record Problem(string Code, string Text, string? Name = null, string? Value = null)
{
    /// <summary>Whether the build may go on.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>All that is wrong with a project, each problem once: a property that several stages read is read several times.</summary>
internal sealed class ProblemList : IEnumerable<Problem>
{
    private readonly List<Problem> _problems = [];

    /// <summary>Adds a problem unless it is there.</summary>
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
