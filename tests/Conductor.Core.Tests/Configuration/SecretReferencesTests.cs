namespace Conductor.Core.Tests.Configuration;

public sealed class SecretReferencesTests
{
    private const string Yaml = """
        providers:
          one: { plugin: openai-compatible, base_url: http://10.0.0.1/v1, keys: [ "env:ONE_KEY", { value: "file:secrets/two" } ], extra_headers: { X-A: "env:HEADER" }, proxy: "file:secrets/proxy", client_secret: "env:ONE_KEY", comment: "env:ONE_KEY" }
          none: { plugin: openai-compatible, base_url: http://10.0.0.2/v1, keys: [ "env:NOT_SET" ] }
        """;

    [Fact]
    public void Load_SecretsThatStandElsewhere_ArriveWhereTheyAreMeant()
    {
        using var folder = With(Yaml);

        var load = folder.Load();

        var one = load.Required.Providers["one"];
        Assert.Equal(["the-first-secret-value", "the-second-secret-value"], one.Keys.Select(key => key.Reveal()));
        Assert.Equal("the-header-secret-value", one.Section["extra_headers:X-A"]);
        Assert.Equal("http://user:a-password@10.0.0.9:3128", one.Section["proxy"]);
        Assert.Equal("the-first-secret-value", one.Section["client_secret"]);
        Assert.Equal("env:ONE_KEY", one.Section["comment"]); // not a secret's place
        Assert.Equal("no key", load.Required.Providers["none"].DisabledReason);
        Assert.DoesNotContain(load.Notes, note => note.Contains("secret-value", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_KeyOfACallerInAFile_IsHashedAsIfItStoodThere()
    {
        using var folder = With("{}");
        folder.Write("tenants.yaml", "tenants: { acme: }\nkeys: [ { tenant: acme, name: web, key: \"file:secrets/two\" } ]");

        Assert.Equal(System.Security.Cryptography.SHA256.HashData("the-second-secret-value"u8), Assert.Single(folder.Load().Required.Keys).Hash);
    }

    [Theory]
    [InlineData("file:secrets/absent", "cannot be read")]
    [InlineData("file:secrets", "cannot be read")]
    [InlineData("file:secrets/lines", "several lines")]
    [InlineData("file:secrets/large", "larger than 64 KiB")]
    public void Load_FileThatHoldsNone_IsAMistakeThatShowsNothingOfIt(string reference, string wrong)
    {
        using var folder = With($"providers: {{ one: {{ plugin: openai-compatible, base_url: http://10.0.0.1/v1, keys: [ \"{reference}\" ] }} }}");
        Directory.CreateDirectory(Path.Combine(folder.Root, "secrets"));
        File.WriteAllText(Path.Combine(folder.Root, "secrets", "lines"), "first-line-secret\nsecond-line-secret\n");
        File.WriteAllText(Path.Combine(folder.Root, "secrets", "large"), new string('s', 70_000));

        var load = folder.Load();

        var problem = Assert.Single(load.Problems);
        Assert.Contains(wrong, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line-secret", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal("providers.one.keys[0]", problem.Path);
    }

    [Fact]
    public void Load_VariableThatIsNotSet_IsAMistakeWhereTheValueIsNeeded()
    {
        using var folder = With("providers: { one: { plugin: openai-compatible, base_url: http://10.0.0.1/v1, extra_headers: { X-A: \"env:NOT_SET\" } } }");

        Assert.Contains("NOT_SET", Assert.Single(folder.Load().Problems).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Load_FileThatEverybodyCanRead_IsNoted()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        if (OperatingSystem.IsWindows())
        {
            return; // what the analyzer understands
        }

        using var folder = With("providers: { one: { plugin: openai-compatible, base_url: http://10.0.0.1/v1, keys: [ \"file:secrets/two\" ] } }");
        var path = Path.Combine(folder.Root, "secrets", "two");

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains(folder.Load().Notes, note => note.Contains("every user", StringComparison.Ordinal));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.DoesNotContain(folder.Load().Notes, note => note.Contains("every user", StringComparison.Ordinal));
    }

    private static ConfigFolder With(string yaml)
    {
        var folder = new ConfigFolder().Write("conductor.yaml", yaml).With("ONE_KEY", "the-first-secret-value").With("HEADER", "the-header-secret-value");
        Directory.CreateDirectory(Path.Combine(folder.Root, "secrets"));
        File.WriteAllText(Path.Combine(folder.Root, "secrets", "two"), "the-second-secret-value\n");
        File.WriteAllText(Path.Combine(folder.Root, "secrets", "proxy"), "http://user:a-password@10.0.0.9:3128\n");
        return folder;
    }
}
