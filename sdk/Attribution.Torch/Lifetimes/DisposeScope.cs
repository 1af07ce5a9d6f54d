namespace TorchSharp;

/// <summary>
/// Owns the tensors that its thread makes while it is the innermost scope, and disposes what it still owns when it ends.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeStack _stack;
    private readonly HashSet<IDisposable> _owned = new(ReferenceEqualityComparer.Instance);

    internal DisposeScope(DisposeScopeStack stack, DisposeScope? outer)
    {
        _stack = stack;
        OuterScope = outer;
    }

    internal DisposeScope? OuterScope { get; }

    /// <summary>How many objects the scope owns.</summary>
    public int DisposablesCount
    {
        get
        {
            lock (_owned)
                return _owned.Count;
        }
    }

    /// <summary>What the scope owns, in no order.</summary>
    public IReadOnlyList<IDisposable> DisposablesView
    {
        get
        {
            lock (_owned)
                return [.. _owned];
        }
    }

    public bool Contains(IDisposable disposable)
    {
        lock (_owned)
            return _owned.Contains(disposable);
    }

    /// <summary>Makes the scope own <paramref name="disposable"/>, whoever owned it before.</summary>
    public void Attach(IDisposable disposable) => Move(disposable, this);

    public void Attach(params IDisposable[] disposables)
    {
        foreach (var disposable in disposables)
            Attach(disposable);
    }

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        IDisposable[] list = [.. disposables];
        Attach(list);
        return list;
    }

    /// <summary>Makes the scope forget <paramref name="disposable"/>: its owner disposes it from now on.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (Forget(disposable) && disposable is torch.Tensor tensor)
            tensor.OwningDisposeScope = null;
        return disposable;
    }

    public (T1, T2) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1, T2, T3) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            Detach<IDisposable>(disposable);
    }

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    /// <summary>Moves <paramref name="disposable"/> to the scope around this one, or out of all scopes.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    public (T1, T2) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1, T2, T3) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(OuterScope, (IEnumerable<IDisposable>)disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (Contains(disposable))
            Move(disposable, scope);
        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            MoveToOther<IDisposable>(scope, disposable);
    }

    /// <summary>Tells the scope that <paramref name="disposable"/> has been disposed by somebody else.</summary>
    public void MarkAsDisposed(IDisposable disposable) => Detach<IDisposable>(disposable);

    /// <summary>Disposes everything that the scope owns, and stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut(Array.Empty<IDisposable>());

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        IDisposable[] owned;
        lock (_owned)
        {
            owned = [.. _owned];
            _owned.IntersectWith(keep);
        }
        foreach (var disposable in owned)
        {
            if (keep.Contains(disposable))
                continue;
            if (disposable is torch.Tensor tensor)
                tensor.OwningDisposeScope = null;
            disposable.Dispose();
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    /// <summary>Ends the scope: disposes what it owns and makes the scope around it current again.</summary>
    public void Dispose()
    {
        DisposeEverything();
        _stack.Remove(this);
    }

    internal void Include(torch.Tensor tensor)
    {
        lock (_owned)
            _owned.Add(tensor);
        tensor.OwningDisposeScope = this;
    }

    /// <summary>Moves <paramref name="disposable"/> from whichever scope owns it to <paramref name="target"/>.</summary>
    internal static void Move(IDisposable disposable, DisposeScope? target)
    {
        if (disposable is torch.Tensor tensor)
        {
            tensor.OwningDisposeScope?.Forget(tensor);
            tensor.OwningDisposeScope = target;
        }
        if (target is not null)
            lock (target._owned)
                target._owned.Add(disposable);
    }

    private bool Forget(IDisposable disposable)
    {
        lock (_owned)
            return _owned.Remove(disposable);
    }
}
