using System.Text.Json;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Core.Tests.Configuration;
using Conductor.Settings;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Access;

/// <summary>Keys are written into `tenants.yaml` where a person would write them, and hold from then on.</summary>
public sealed class KeyRegistryTests : IDisposable
{
    private const string Written = """
        # Who may call.
        tenants:
          acme: { models: [ fast ] }   # a customer

        keys:
          # the first one
          - { tenant: acme, name: old, hash: "${OLD_HASH}" }   # brought
          - tenant: default
            name: ops
            key: "${OPS_KEY}"

        # the end

        """;

    private readonly ConfigFolder _folder = new ConfigFolder()
        .Write("conductor.yaml", "{}")
        .Write("models.yaml", "aliases: { fast: { targets: [ local/x ] } }")
        .Write("tenants.yaml", Written.ReplaceLineEndings("\n"))
        .With("OLD_HASH", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")
        .With("OPS_KEY", "a long random key 0123456789");

    private readonly ManualTimeProvider _time = new();

    private KeyRegistry Registry => new(_folder.Source(), _time);

    private string Tenants => File.ReadAllText(_folder.File("tenants.yaml"));

    [Fact]
    public async Task Create_Entry_BehindTheOthersAndEveryCommentStays()
    {
        var issued = await CreateAsync("""{ "tenant": "acme", "name": "web", "role": "tenant", "models": ["fast"], "expires": "2027-01-01", "tags": { "team": "blue" }, "ip": ["10.0.0.0/8"], "routes": ["chat", "operations/summarization"], "max_tokens": 200, "budget": { "usd": 5, "per": "day" } }""");

        var entry = $$"""  - { tenant: acme, name: web, id: "{{issued.Settings.Id}}", hash: "hmac-sha256:{{Convert.ToHexStringLower(issued.Settings.Hash.Span)}}", role: tenant, expires: "2027-01-01", models: [ fast ], routes: [ chat, "operations/summarization" ], budget: { usd: 5, per: day }, max_tokens: 200, ip: [ "10.0.0.0/8" ], tags: { team: blue } }""";
        Assert.Equal(Written.ReplaceLineEndings("\n").Replace("key: \"${OPS_KEY}\"\n", $"key: \"${{OPS_KEY}}\"\n{entry}\n", StringComparison.Ordinal), Tenants);
        var key = _folder.Load().Required.Keys[^1];
        Assert.Equal((AccessRole.Tenant, 200, "10.0.0.0/8", "blue", 2), (key.Role, key.MaxTokens, key.Addresses[0].ToString(), key.Tags["team"], key.Place));
        Assert.Equal("web", Ring().Authenticate(issued.Key)?.KeyId);
        Assert.DoesNotContain(issued.Key[17..], Tenants, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.Key, issued.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_FirstKey_MakesAPepperThatItsOwnerAloneReads()
    {
        var pepper = Path.Combine(_folder.Root, "data", KeyPepper.FileName);
        Assert.False(File.Exists(pepper));

        var first = await CreateAsync("""{ "tenant": "acme", "name": "one", "role": "tenant" }""");
        var text = File.ReadAllText(pepper);
        var second = await CreateAsync("""{ "tenant": "acme", "name": "two", "role": "tenant" }""");

        Assert.Equal(text, File.ReadAllText(pepper));
        Assert.True(text.Trim().Length == 64);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pepper));
            File.SetUnixFileMode(pepper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Assert.Contains(_folder.Load().Notes, note => note.Contains("chmod 600", StringComparison.Ordinal));
        }

        Assert.Equal(["one", "two"], new[] { first, second }.Select(issued => Ring().Authenticate(issued.Key)?.KeyId));
        File.Delete(pepper);
        Assert.Contains("pepper", Assert.Single(_folder.Load().Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env:PEPPER", "0123456789abcdef", null)]
    [InlineData("env:PEPPER", "short", "holds 5 characters")]
    [InlineData("env:PEPPER", null, "is empty or not there")]
    [InlineData("file:secrets/pepper", null, "does not exist")]
    public async Task Create_PepperNamed_ItIsTaken(string reference, string? value, string? problem)
    {
        _folder.Write("conductor.yaml", $"server: {{ key_pepper: \"{reference}\" }}");
        if (value is not null)
        {
            _folder.With("PEPPER", value);
        }

        if (problem is not null)
        {
            Assert.Contains(problem, Assert.Single(_folder.Load().Problems).Message, StringComparison.Ordinal);
            var refused = await Assert.ThrowsAsync<SettingsEditException>(() => CreateAsync("""{ "tenant": "acme", "name": "web", "role": "tenant" }"""));
            Assert.Equal(SettingsEditFault.Broken, refused.Fault);
            return;
        }

        var issued = await CreateAsync("""{ "tenant": "acme", "name": "web", "role": "tenant" }""");

        Assert.Equal("web", Ring().Authenticate(issued.Key)?.KeyId);
        Assert.False(Directory.Exists(Path.Combine(_folder.Root, "data")));
    }

    [Theory]
    [InlineData("""{ "tenant": "acme", "name": "old" }""", "another key named 'old'")]
    [InlineData("""{ "tenant": "nobody", "name": "web" }""", "names tenant 'nobody'")]
    [InlineData("""{ "tenant": "acme", "name": "web", "role": "king" }""", "must be one of")]
    [InlineData("""{ "tenant": "acme", "name": "web", "ip": ["10.1.0.0/8"] }""", "no bits set behind the prefix")]
    [InlineData("""{ "tenant": "acme", "name": "web", "routes": ["everything"] }""", "chat, responses")]
    [InlineData("""{ "tenant": "acme", "name": "web", "expires": "tomorrow" }""", "a date")]
    [InlineData("""{ "tenant": "acme", "name": "web", "max_tokens": 0 }""", "1")]
    public async Task Create_WrongRequest_RefusedAndNothingWritten(string request, string says)
    {
        var refused = await Assert.ThrowsAsync<SettingsEditException>(() => CreateAsync(request));

        Assert.Equal(SettingsEditFault.Invalid, refused.Fault);
        Assert.Contains(says, string.Join(' ', refused.Problems.Select(problem => problem.Message)), StringComparison.Ordinal);
        Assert.Equal(Written.ReplaceLineEndings("\n"), Tenants);
    }

    [Fact]
    public async Task Create_TextThatLooksLikeAReference_IsText()
    {
        await CreateAsync("""{ "tenant": "acme", "name": "${OPS_KEY}", "role": "tenant", "tags": { "x": "$${OPS_KEY}" } }""");

        var key = _folder.Load().Required.Keys[^1];
        Assert.Equal(("${OPS_KEY}", "$${OPS_KEY}"), (key.Name, key.Tags["x"]));
    }

    [Fact]
    public async Task Rotate_BroughtAndMadeKeys_NewSecretAndTheOldOneForAWhile()
    {
        var old = Key("old");
        var first = await Registry.RotateAsync(settings => settings.Keys[0], TimeSpan.FromHours(1), CancellationToken.None);
        var ops = await Registry.RotateAsync(settings => settings.Keys[1], TimeSpan.FromHours(1), CancellationToken.None);
        var ring = Ring();

        Assert.Equal(("old", "ops", "ops"), (ring.Authenticate(first.Key)?.KeyId, ring.Authenticate(ops.Key)?.KeyId, ring.Authenticate("a long random key 0123456789")?.KeyId));
        Assert.Equal(old.Hash.ToArray(), Key("old").Previous!.Hash.ToArray());
        Assert.Equal(AccessRole.Admin, Key("ops").Role); // as before: nothing said, tenant default
        Assert.Contains("   # brought\n", Tenants, StringComparison.Ordinal);
        Assert.DoesNotContain("OPS_KEY", Tenants, StringComparison.Ordinal);

        var second = await Registry.RotateAsync(settings => settings.Keys[1], TimeSpan.Zero, CancellationToken.None);

        Assert.Equal(ops.Settings.Id, second.Settings.Id);
        Assert.Equal((null, "ops"), (Ring().Authenticate(ops.Key)?.KeyId, Ring().Authenticate(second.Key)?.KeyId));
        Assert.DoesNotContain("previous: { hash: \"sha256:a", Tenants.Split("name: ops")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_Key_ItsLinesGone()
    {
        var revoked = await Registry.RevokeAsync(settings => settings.Keys[0], CancellationToken.None);

        Assert.Equal("old", revoked.Name);
        Assert.Equal(Written.ReplaceLineEndings("\n").Replace("  - { tenant: acme, name: old, hash: \"${OLD_HASH}\" }   # brought\n", "", StringComparison.Ordinal), Tenants);

        var last = await Assert.ThrowsAsync<SettingsEditException>(() => Registry.RevokeAsync(settings => settings.Keys[0], CancellationToken.None));
        Assert.Equal(SettingsEditFault.Conflict, last.Fault);
        Assert.Equal("ops", Key("ops").Name);
    }

    [Fact]
    public async Task Change_KeyOfTheEnvironmentOrNone_SaysSo()
    {
        _folder.With("CONDUCTOR_API_KEYS", "another long key 0123456789");

        var ofEnvironment = await Assert.ThrowsAsync<SettingsEditException>(() => Registry.RevokeAsync(settings => settings.Keys.First(key => key.Name == "env-1"), CancellationToken.None));
        var none = await Assert.ThrowsAsync<SettingsEditException>(() => Registry.RotateAsync(_ => null, TimeSpan.Zero, CancellationToken.None));

        Assert.Equal((SettingsEditFault.Conflict, SettingsEditFault.Missing), (ofEnvironment.Fault, none.Fault));
        Assert.Contains("CONDUCTOR_API_KEYS", ofEnvironment.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_SixteenAtOnce_AllAreThere()
    {
        using var barrier = new Barrier(16);
        var source = _folder.Source();

        var issued = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Factory.StartNew(
            async () =>
            {
                barrier.SignalAndWait(TimeSpan.FromSeconds(30));
                return await new KeyRegistry(source, TimeProvider.System).CreateAsync(JsonElement.Parse($$"""{ "tenant": "acme", "name": "k{{i}}" }"""), null, addsTenant: false, CancellationToken.None);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        var ring = Ring();
        Assert.Equal(18, _folder.Load().Required.Keys.Count);
        Assert.All(issued, one => Assert.Equal(one.Settings.Name, ring.Authenticate(one.Key)?.KeyId));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(_folder.File("x"))!), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private Task<IssuedKey> CreateAsync(string request) => Registry.CreateAsync(JsonElement.Parse(request), check: null, addsTenant: false, CancellationToken.None);

    private CallerKeySettings Key(string name) => _folder.Load().Required.Keys.Single(key => key.Name == name);

    private KeyRing Ring() => new(new FixedSettings(_folder.Load().Required), _time);
}
