using Attribution.Data.Parquet;
using Parquet.Schema;

namespace Attribution.Data;

/// <summary>The columns of a file of vectors.</summary>
internal sealed record VectorColumns(DataField Index, DataField Layer, DataField Vector)
{
    public static VectorColumns Of(ParquetInput input)
    {
        var columns = new VectorColumns(input.Column("idx"), input.Column("layer"), input.Column("vector", isList: true));
        return columns.Vector.ClrType == typeof(float) || columns.Vector.ClrType == typeof(double)
            ? columns
            : throw ParquetInput.Unsuitable(columns.Vector, "float or double");
    }
}
