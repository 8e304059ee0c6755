using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Core.Tests.Machine;
using Conductor.Security;
using Conductor.Settings;

namespace Conductor.Core.Tests.Access;

public sealed class KeyRingTests
{
    private static readonly Secret Pepper = new("0123456789abcdef0123456789abcdef");
    private static readonly string Made = KeyFormat.NewKey("Ab3dE6gH");
    private static readonly string Older = KeyFormat.NewKey("Ab3dE6gH");

    [Fact]
    public async Task Authenticate_KeyOfOwnMaking_ByItsIdAndHash()
    {
        await using var machine = With(Key());
        var ring = machine.Get<KeyRing>();

        var caller = ring.Authenticate(Made);

        Assert.Equal(("acme", "web", AccessRole.Operator), (caller!.TenantId, caller.KeyId, caller.Role));
        Assert.Equal("fast", Assert.Single(caller.Key!.Models));
        Assert.Null(ring.Authenticate(Older)); // the right id, and another secret
        Assert.Null(ring.Authenticate(KeyFormat.NewKey("Zz9yX8wV"))); // an id that nobody has
        Assert.Null(ring.Authenticate(Made[..^1] + (Made[^1] == 'a' ? 'b' : 'a'))); // mistyped
        Assert.Null(ring.Authenticate(Made + "\n"));
    }

    [Fact]
    public async Task Authenticate_OtherPepper_Nobody()
    {
        await using var machine = new TestMachine(new ConductorSettings { KeyPepper = new Secret("another pepper than that"), Keys = [Key()] });

        Assert.Null(machine.Get<KeyRing>().Authenticate(Made));
    }

    [Fact]
    public async Task Authenticate_Rotated_BothUntilTheOverlapEnds()
    {
        var until = new DateTimeOffset(2026, 1, 1, 0, 0, 10, TimeSpan.Zero);
        await using var machine = With(Key() with { Previous = new PreviousSecretSettings(KeyPepper.Hash(Pepper, Older), true, until) });
        var ring = machine.Get<KeyRing>();

        Assert.NotNull(ring.Authenticate(Made));
        Assert.NotNull(ring.Authenticate(Older));
        machine.Time.Advance(until - machine.Time.GetUtcNow());

        Assert.NotNull(ring.Authenticate(Made));
        Assert.Null(ring.Authenticate(Older));
    }

    [Fact]
    public async Task Authenticate_RotatedFromABroughtKey_ItIsTheOldSecret()
    {
        var until = new DateTimeOffset(2026, 1, 1, 0, 0, 10, TimeSpan.Zero);
        await using var machine = With(Key() with { Previous = new PreviousSecretSettings(SHA256.HashData("brought"u8), false, until) });
        var ring = machine.Get<KeyRing>();

        Assert.Equal("web", ring.Authenticate("brought")?.KeyId);
        machine.Time.Advance(until - machine.Time.GetUtcNow());
        Assert.Null(ring.Authenticate("brought"));
    }

    [Fact]
    public async Task Authenticate_SwitchedOff_Nobody()
    {
        await using var machine = With(Key() with { IsEnabled = false }, Brought("b") with { IsEnabled = false });

        Assert.Null(machine.Get<KeyRing>().Authenticate(Made));
        Assert.Null(machine.Get<KeyRing>().Authenticate("b"));
    }

    [Fact]
    public async Task Authenticate_BroughtKeyInOurFormat_BySha256()
    {
        await using var machine = With(Key() with { Id = "Zz9yX8wV", Hash = KeyPepper.Hash(Pepper, "x") }, Brought(Made));

        Assert.Equal("brought", machine.Get<KeyRing>().Authenticate(Made)?.KeyId);
    }

    [Fact]
    public async Task LastUse_EachSecretItsOwn_AndKeptOverAReload()
    {
        var until = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);
        var key = Key() with { Previous = new PreviousSecretSettings(KeyPepper.Hash(Pepper, Older), true, until) };
        await using var machine = With(key);
        var ring = machine.Get<KeyRing>();
        Assert.Equal((null, null), ring.LastUse(key));

        ring.Authenticate(Older);
        var first = machine.Time.GetUtcNow();
        machine.Time.Advance(TimeSpan.FromSeconds(2));
        ring.Authenticate(Made);
        var second = machine.Time.GetUtcNow();
        machine.Rebuild(new ConductorSettings { KeyPepper = Pepper, Keys = [key with { Name = "renamed" }] }, [], []);
        ring.Authenticate("nobody");

        Assert.Equal((second, first), ring.LastUse(key));
    }

    [Fact]
    public async Task Authenticate_Again_NothingIsMadeForIt()
    {
        await using var machine = With(Key(), Brought("b"));
        var ring = machine.Get<KeyRing>();

        Assert.Same(ring.Authenticate(Made), ring.Authenticate(Made));
        Assert.Same(ring.Authenticate("b"), ring.Authenticate("b"));
    }

    private static TestMachine With(params CallerKeySettings[] keys) => new(new ConductorSettings { KeyPepper = Pepper, Keys = keys });

    private static CallerKeySettings Key() => new()
    {
        Tenant = "acme", Name = "web", Id = "Ab3dE6gH", Role = AccessRole.Operator, Models = ["fast"], IsPeppered = true, Hash = KeyPepper.Hash(Pepper, Made),
    };

    private static CallerKeySettings Brought(string key) => new() { Tenant = "acme", Name = "brought", Hash = SHA256.HashData(Encoding.UTF8.GetBytes(key)) };
}
