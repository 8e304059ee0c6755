using System.Globalization;
using Conductor.Calls;

namespace Conductor.Core.Tests.Machine;

public sealed class CallIdsTests
{
    [Fact]
    public void New_Many_AreDistinctAndBeginWithTheTime()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        var ids = Enumerable.Range(0, 10_000).Select(_ => CallIds.New()).ToList();

        var after = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(long.Parse(id[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture), before, after));
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));
    }
}
