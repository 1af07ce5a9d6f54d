namespace Attribution.Selection;

/// <summary>Vectors that can be read from the start as often as needed, one row after the other, and never need to be in memory together.</summary>
public interface IVectorSource
{
    /// <summary>What to call it in messages: a file or a set of files.</summary>
    string Name { get; }

    /// <summary>Calls <paramref name="visit"/> for every row, in the order of the dataset's rows. The vector is valid only during the call.</summary>
    void Read(VectorVisitor visit);
}

/// <summary>Sees one row.</summary>
/// <param name="index">The row's 0-based place in its dataset.</param>
/// <param name="vector">Its vector, [D].</param>
public delegate void VectorVisitor(long index, ReadOnlySpan<float> vector);
