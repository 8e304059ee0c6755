using Conductor.Configuration;

namespace Conductor.Core.Tests.Configuration;

/// <summary>Damaged files: whatever is written, the answer is settings or problems, never an exception.</summary>
public sealed class SettingsFuzzTests
{
    private const string Conductor = """
        server: { listen: "http://127.0.0.1:5080", allowed_hosts: [ a ] }
        defaults: { model: fast, strategy: balanced, allowed_models: [ "x/*" ] }
        providers:
          x: &x
            plugin: openai-compatible
            base_url: "${URL:-http://h/v1}"
            keys: [ "${KEY}", { value: abc, weight: 1 } ]
            models: [ "*" ]
          y: *x
        operations: { summarization: { model: fast, cache_ttl: 1h, settings: { a: 1 } } }
        reliability: { max_attempts: 4, deadline: 60s }
        cache: { chat: off, exact: { ttl: 1h, max: 256MiB } }
        limits: { max_body: 1MiB }
        """;

    private const string Models = """
        catalog:
          - { provider: openai, model: m, context: 1, usd_per_million: { input: 0.15, output: 1e-3 }, capabilities: [ tools ] }
        aliases:
          fast: { targets: [ x/m, { model: y/m, weight: 2 } ], fallbacks: [ slow ] }
          slow: { targets: [ x/n ] }
          "p*": { targets: [ "x/*" ] }
        """;

    private const string Tenants = """
        tenants: { acme: { models: [ fast ], budget: { usd: 1 } } }
        keys: [ { tenant: acme, name: web, key: 0123456789abcdefg, expires: 2027-01-01 } ]
        """;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ":", ": ", ",", "\n", "\n  ", "- ", "*", "&a ", "*a", "!!str ", "!!int x", "'", "\"", "|", ">", "#", "---", "...", "%YAML 1.2\n", "? ", "<<: *x", "\t", "\0", "\uFEFF", "${", "${}", "${A:-",
        "null", "~", "true", "1e999", "-0", "0x10", ".inf", "99999999999999999999", "\\ud800", "😀", "auto", "local", "fast", "x/", "/", "[]", "{}", "''",
    ];

    public static TheoryData<string> Bombs =>
    [
        "providers: " + new string('[', 10_000),
        "providers: " + new string('[', 10_000) + new string(']', 10_000),
        new string('{', 10_000),
        string.Concat(Enumerable.Repeat("{a: ", 10_000)) + "1" + new string('}', 10_000),
        string.Concat(Enumerable.Range(0, 2_000).Select(i => new string(' ', i) + "a:\n")),
        string.Concat(Enumerable.Repeat("- ", 10_000)) + "1",
        string.Concat(Enumerable.Repeat("? ", 10_000)) + "1",
        "providers: &a [*a]",
        "providers: &a { x: *a }",
        "providers: { x: &a { y: &b [*a, *b] } }",
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n")),
        "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 80).Select(i => $"a{i}: &a{i} [*a{i - 1}]\n")),
        "providers: [" + string.Concat(Enumerable.Repeat("x, ", 300_000)) + "x]",
    ];

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Load_NestedWithoutEndOrMultiplied_IsAProblemAndNothingFalls(string text)
    {
        foreach (var name in (string[])["conductor.yaml", "models.yaml", "tenants.yaml"])
        {
            using var folder = new ConfigFolder();
            folder.Write("conductor.yaml", "{}").Write(name, text);

            var load = await Task.Run(folder.Load).WaitAsync(TimeSpan.FromSeconds(60));

            Assert.Null(load.Settings);
            Assert.NotEmpty(load.Problems);
            Assert.All(load.Problems, problem => Assert.InRange(problem.Message.Length, 1, 500));
        }
    }

    [Fact]
    public void Load_DamagedFiles_NeverThrows()
    {
        const int Rounds = 1_500;
        var random = new Random(20261120);
        using var folder = new ConfigFolder();
        var (good, bad) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            string[] texts = [Conductor, Models, Tenants];
            var which = random.Next(texts.Length);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                texts[which] = Damage(texts[which], random);
            }

            folder.Write("conductor.yaml", texts[0]).Write("models.yaml", texts[1]).Write("tenants.yaml", texts[2]);
            SettingsLoad load;
            try
            {
                load = folder.Load();
            }
            catch (Exception failure)
            {
                Assert.Fail($"Round {round} threw {failure}\nfor\n{texts[which]}");
                throw;
            }

            Assert.Equal(load.Settings is null, load.Problems.Count > 0);
            Assert.All(load.Problems, problem => Assert.False(string.IsNullOrWhiteSpace(problem.Message)));
            _ = load.Settings is null ? bad++ : good++;
        }

        // Both kinds must come up, or the damage is not the interesting kind.
        Assert.True(good > Rounds / 50 && bad > Rounds / 4, $"{good} good, {bad} bad");
    }

    private static string Damage(string text, Random random)
    {
        var at = random.Next(text.Length);
        var length = Math.Min(random.Next(1, 12), text.Length - at);
        return random.Next(6) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Fragments[random.Next(Fragments.Length)]),
            2 => text.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]),
            3 => text.Insert(random.Next(text.Length), text.Substring(at, length)),
            4 => text[..at],
            _ => text.Remove(at, 1).Insert(at, ((char)random.Next(1, 0x250)).ToString()),
        };
    }
}
