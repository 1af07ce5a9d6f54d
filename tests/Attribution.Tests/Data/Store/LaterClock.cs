namespace Attribution.Tests.Data.Store;

/// <summary>A clock that runs ahead, so that files written a moment ago count as left alone.</summary>
internal sealed class LaterClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromMinutes(1);
}
