namespace Conductor.PluginLoading.Tests;

/// <summary>Contents that the configuration allows, and those that it does not.</summary>
public sealed class PinTests : IDisposable
{
    private static readonly string Other = new('a', 64);

    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public void Scan_AnotherHashThanAllowed_RejectedWithTheLineToWriteAndNoCodeRuns()
    {
        _room.DropDll("Throwing"); // were any of it run, it would be Faulted
        _room.Pins = Allow("throwing", Other);

        var reason = _room.ScanForRejection();

        var hash = Assert.Single(_room.Loader.Statuses).Hash!;
        Assert.Contains("is not what plugins.allowed allows for 'throwing'", reason, StringComparison.Ordinal);
        Assert.Contains($"plugins: {{ allowed: {{ throwing: [ \"{hash}\" ] }} }}", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    public void Scan_AllowedHash_IsOffered(string prefix)
    {
        _room.DropDll("Echo");
        var hash = Assert.Single(_room.Loader.Scan().New).Hash;
        _room.Pins = Allow("test-echo", Other, prefix + hash.ToUpperInvariant());

        Assert.Single(_room.Loader.Scan().New);
    }

    [Fact]
    public void Scan_PinsAreRequired_OneWithoutIsRejected()
    {
        _room.DropDll("Echo");
        _room.Pins = new PluginPins(new Dictionary<string, IReadOnlyList<string>>(), areRequired: true);

        Assert.Contains("plugins.require_pins is on", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_AnotherPluginIsPinned_ThisOneIsOffered()
    {
        _room.DropDll("Echo");
        _room.Pins = Allow("something-else", Other);

        Assert.Single(_room.Loader.Scan().New);
    }

    [Fact]
    public void Scan_LoadedPluginIsReplacedByWhatIsNotAllowed_OldStays()
    {
        var dll = _room.DropDll("Echo");
        var plugin = _room.LoadOnly();
        _room.Loader.MarkActive(plugin);
        _room.Pins = Allow("test-echo", plugin.Hash);
        File.AppendAllText(dll, "something else");

        Assert.True(_room.Loader.Scan().IsEmpty);

        Assert.Equal([PluginState.Rejected, PluginState.Active], _room.Loader.Statuses.Select(status => status.State).Order());
        Assert.NotNull(plugin.EntryPoint);
    }

    [Fact]
    public void AreAs_ComparesWhatIsAllowed()
    {
        Assert.True(Allow("a", Other).AreAs(Allow("a", "sha256:" + Other)));
        Assert.False(Allow("a", Other).AreAs(Allow("b", Other)));
        Assert.False(Allow("a", Other).AreAs(PluginPins.None));
        Assert.False(PluginPins.None.AreAs(new PluginPins(new Dictionary<string, IReadOnlyList<string>>(), areRequired: true)));
    }

    private static PluginPins Allow(string id, params string[] hashes) =>
        new(new Dictionary<string, IReadOnlyList<string>> { [id] = hashes }, areRequired: false);
}
