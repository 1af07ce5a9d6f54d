using Attribution.Data.DuckDb;

namespace Attribution.Worker.Doctor;

/// <summary>DuckDB: where its library is, fetching nothing.</summary>
public static class DuckDbCheck
{
    /// <summary>Looks where a stage would look.</summary>
    public static Check Look()
    {
        var location = DuckDbLibrary.Locate();
        return location.Found
            ? new Check("DuckDB", CheckStatus.Ok, $"{location.Version} ({location.Source}), {location.Path}")
            : new Check("DuckDB", CheckStatus.Missing, location.Reason!, ThisProgram.Line("provision"));
    }
}
