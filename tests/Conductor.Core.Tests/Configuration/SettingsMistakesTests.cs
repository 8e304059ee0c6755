using Conductor.Configuration;

namespace Conductor.Core.Tests.Configuration;

/// <summary>What people write wrong, and the very words they are told.</summary>
public sealed class SettingsMistakesTests
{
    private const string Models = """
        aliases:
          fast: { targets: [ local/sentiment ] }
        """;

    public static TheoryData<string, string, int?, string, string> Mistakes => new()
    {
        // conductor.yaml
        { "conductor.yaml", "serve:\n  listen: x", 1, "serve", "unknown member 'serve' (nearest: 'server')" },
        { "conductor.yaml", "server:\n  lsten: http://127.0.0.1:1", 2, "server.lsten", "unknown member 'lsten' (nearest: 'listen')" },
        { "conductor.yaml", "server:\n  listen: localhost:5080", 2, "server.listen", "must be a URL such as 'http://127.0.0.1:5080', or several with ';' between them; it is 'localhost:5080'" },
        { "conductor.yaml", "server: [ 1 ]", 1, "server", "must be an object; it is a list" },
        { "conductor.yaml", "\nreliability:\n  max_attempts: 9", 3, "reliability.max_attempts", "must be at most 8; it is 9" },
        { "conductor.yaml", "reliability:\n  max_attempts: four", 2, "reliability.max_attempts", "must be a whole number; it is a string" },
        { "conductor.yaml", "reliability:\n  deadline: 60", 2, "reliability.deadline", "must be a duration with its unit, such as 500ms, 30s, 2m, 1h or 7d; it is '60'" },
        { "conductor.yaml", "reliability: { deadline: 2h }", 1, "reliability.deadline", "must be from 100ms to 1h; it is 2h" },
        { "conductor.yaml", "cache:\n  exact: { max: 256 MiBs }", 2, "cache.exact.max", "must be a size with its unit, such as 64KiB, 256MB or 1GiB; it is '256 MiBs'" },
        { "conductor.yaml", "cache: { chat: tempreture_zero }", 1, "cache.chat", "must be one of 'off', 'temperature_zero', 'on'; it is 'tempreture_zero' (nearest: 'temperature_zero')" },
        { "conductor.yaml", "limits: { max_body: 2GiB }", 1, "limits.max_body", "must be from 1KiB to 1GiB; it is 2GiB" },
        { "conductor.yaml", "prices: { unknown: refsue }", 1, "prices.unknown", "must be one of 'refuse', 'quarantine', 'allow'; it is 'refsue' (nearest: 'refuse')" },
        { "conductor.yaml", "prices: { unknown: quarantine, ceiling: { input: 1 } }", 1, "prices.ceiling.output", "is required" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, price: cheap }", 2, "providers.x.price", "must be one of 'free', 'catalog'; it is 'cheap'" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, price_multiplier: -1 }", 2, "providers.x.price_multiplier", "must be at least 0; it is -1" },
        { "conductor.yaml", "telemetry: { otlp: collector }", 1, "telemetry.otlp", "must be an absolute URI such as 'http://127.0.0.1:4317', or nothing; it is 'collector'" },
        { "conductor.yaml", "providers:\n  vllm:\n    base_url: http://127.0.0.1:8000/v1", 2, "providers.vllm.plugin", "is required" },
        { "conductor.yaml", "providers:\n  a b: { plugin: x }", 2, "providers[\"a b\"]", "as a name must be letters, digits, '.', '_' and '-', at most 80; it is 'a b'" },
        { "conductor.yaml", "providers:\n  x:\n    plugin: openai-compatible\n    api_key: abc", 4, "providers.x.api_key", "unknown member 'api_key' (nearest: 'keys'); write keys: [ \"${SOME_VARIABLE}\" ]" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, keys: my-secret-key }", 2, "providers.x.keys", "must be a list; it is a string" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, keys: [ { vlaue: k } ] }", 2, "providers.x.keys[0].vlaue", "unknown member 'vlaue' (nearest: 'value')" },
        { "conductor.yaml", "providers:\n  mine: { plugin: local }", 2, "providers.mine.plugin", "'local' is the embedded provider, which is always there under its own name; remove this entry" },
        { "conductor.yaml", "providers:\n  local: { plugin: openai-compatible }", 2, "providers.local.plugin", "must be 'local'; it is 'openai-compatible'" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, map: { 'a:b': 1 } }", 2, "providers.x.map[\"a:b\"]", "a plugin's settings are handed over by names with ':' between them, so a name may not hold one" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, base_url: '${GPU_HOST}' }", 2, "providers.x.base_url", "needs the environment variable 'GPU_HOST', which is not set; set it, or write ${GPU_HOST:-default}" },
        { "conductor.yaml", "server: { listen: 'http://127.0.0.1:${PORT' }", 1, "server.listen", "holds a '${' that is no reference; write ${NAME}, ${NAME:-default}, or $${ for the characters themselves" },
        { "conductor.yaml", "defaults: { model: fsat }", 1, "defaults.model", "'fsat' is neither an alias nor provider/model (nearest: 'fast')" },
        { "conductor.yaml", "defaults: { model: locla/sentiment }", 1, "defaults.model", "names provider 'locla', which is not configured (nearest: 'local')" },
        { "conductor.yaml", "defaults: { allowed_providers: [ local, lcal ] }", 1, "defaults.allowed_providers[1]", "names provider 'lcal', which is not configured (nearest: 'local')" },
        { "conductor.yaml", "defaults: { strategy: weigthed }", 1, "defaults.strategy", "'weigthed' is not a strategy (nearest: 'weighted')" },
        { "conductor.yaml", "operations:\n  summarization: { modle: fast }", 2, "operations.summarization.modle", "unknown member 'modle' (nearest: 'model')" },
        { "conductor.yaml", "operations:\n  summarization: { model: fasst }", 2, "operations.summarization.model", "'fasst' is neither an alias nor provider/model (nearest: 'fast')" },
        { "conductor.yaml", "aliases: { fast: {} }", 1, "aliases", "'aliases' belongs into models.yaml, beside this file" },
        { "conductor.yaml", "server: {}\nserver: {}", 2, "server", "is written twice; the first time in line 1" },
        { "conductor.yaml", "server: {}\n---\nserver: {}", 2, "", "is not YAML that can be read: The file holds more than one document; keep one" },
        { "conductor.yaml", "server: *nowhere", 1, "", "is not YAML that can be read: The anchor 'nowhere' is not defined above" },
        { "conductor.yaml", "just text", null, "", "must be an object; it is a string" },

        // models.yaml
        { "models.yaml", "catalog:\n  - { provider: openai, modell: x }", 2, "catalog[0].model", "is required" },
        { "models.yaml", "catalog:\n  - { provider: opnai, model: x }", 2, "catalog[0].provider", "'opnai' is neither a configured provider, nor a plugin, nor a kind of service (nearest: 'openai')" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x }\n  - { provider: openai, model: x }", 3, "catalog[1]", "'openai/x' is listed twice" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: { input: -1, output: 1 } }", 2, "catalog[0].usd_per_million.input", "must be at least 0; it is -1" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: { input: 1, output: 1, long_input: 2, long_output: 2 } }", 2, "catalog[0].usd_per_million.long_context_above", "is required together with 'long_input'" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: [ { input: 1, output: 1, valid_until: 2027-01-01 }, { input: 1, output: 1, valid_from: 2026-12-31 } ] }", 2, "catalog[0].usd_per_million[1]", "is in force at the same time as another price of this model; give one a 'valid_until', the other a 'valid_from'" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: [ { input: 1, output: 1 }, { input: -1, output: 1, valid_from: 2026-12-31 } ] }", 2, "catalog[0].usd_per_million[1].input", "must be at least 0; it is -1" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: { input: 1, output: 1, valid_from: 2027-01-01, valid_until: 2027-01-01 } }", 2, "catalog[0].usd_per_million.valid_until", "must be later than 'valid_from'" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: { input: 1, output: 1, tiers: [ { above: 10, input: 2, output: 2 }, { above: 10, input: 3, output: 3 } ] } }", 2, "catalog[0].usd_per_million.tiers[1].above", "must be more than that of the tier before it, 10" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, usd_per_million: { input: 1, output: 1, long_context_above: 5, long_input: 2, long_output: 2, tiers: [ { above: 10, input: 2, output: 2 } ] } }", 2, "catalog[0].usd_per_million.tiers", "and 'long_context_above' exclude each other; make the long_ prices a tier" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, capabilities: [ visoin ] }", 2, "catalog[0].capabilities[0]", "must be one of 'tools', 'vision', 'json_schema', 'reasoning', 'embeddings'; it is 'visoin' (nearest: 'vision')" },
        { "models.yaml", "catalog:\n  - { provider: openai, model: x, quality_score: 1.5 }", 2, "catalog[0].quality_score", "must be at most 1; it is 1.5" },
        { "models.yaml", "aliases:\n  a: { targets: [] }", 2, "aliases.a.targets", "must have at least 1 item; it has 0" },
        { "models.yaml", "aliases:\n  a: { targets: [ opnai/gpt ] }", 2, "aliases.a.targets[0]", "names provider 'opnai', which is not configured" },
        { "models.yaml", "aliases:\n  a: { targets: [ loca/x ] }", 2, "aliases.a.targets[0]", "names provider 'loca', which is not configured (nearest: 'local')" },
        { "models.yaml", "aliases:\n  a:\n    targets: [ b ]\n  b:\n    targets: [ local/x ]\n    fallbacks: [ a ]", 2, "aliases.a", "leads back to itself: a → b → a" },
        { "models.yaml", "aliases:\n  a: { targets: [ a ] }", 2, "aliases.a", "leads back to itself: a → a" },
        { "models.yaml", "aliases:\n  auto: { targets: [ local/x ] }", 2, "aliases.auto", "'auto' is the name for letting Conductor choose; give the alias another one" },
        { "models.yaml", "aliases:\n  a: { targets: [ local/* ] }", 2, "aliases.a.targets[0]", "'local/*' passes a name on, which only an alias whose own name ends with '*' can do" },
        { "models.yaml", "aliases:\n  'a*': { targets: [ sentiment ] }", 2, "aliases[\"a*\"].targets[0]", "'sentiment' must be provider/model or provider/*, for the alias ends with '*'" },
        { "models.yaml", "aliases:\n  a: { targets: [ { model: local/x, wieght: 2 } ] }", 2, "aliases.a.targets[0].wieght", "unknown member 'wieght' (nearest: 'weight')" },
        { "models.yaml", "aliases:\n  a: { targets: [ local/x ], strategy: blanced }", 2, "aliases.a.strategy", "'blanced' is not a strategy (nearest: 'balanced')" },
        { "models.yaml", "aliases:\n\ta: 1", 1, "", "is not YAML that can be read: While scanning a mapping, found invalid tab as indentation" },

        // tenants.yaml
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, hash: 057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86 }", 2, "keys[0]", "is the hash of a key that everybody knows from examples; take at least 16 random characters, for example from 'openssl rand -hex 24'" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, hash: \"hmac-sha256:057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86\" }", 2, "keys[0]", "needs its 'id': a key with an 'hmac-sha256:' hash is found by it" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, id: a, hash: 594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06 }", 2, "keys[0].id", "must be eight letters or digits; it is 'a'" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, ip: [ 10.1.0.0/8 ], hash: 594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06 }", 2, "keys[0].ip[0]", "must be an address or a range of them such as 10.0.0.0/8 or 2001:db8::/32, with no bits set behind the prefix" },
        { "conductor.yaml", "server: { trusted_proxies: [ proxy ] }", 1, "server.trusted_proxies[0]", "must be an address or a range of them such as 10.0.0.0/8 or 2001:db8::/32, with no bits set behind the prefix" },
        { "conductor.yaml", "server: { tls: { certificate: a.pem } }", 1, "server.tls", "must have either 'certificate' and 'key', or 'pfx'" },
        { "tenants.yaml", "keys:\n  - { tenant: acme, name: web, hash: 0123 }\ntenants: { acme: {} }", 2, "keys[0].hash", "must be 64 hexadecimal digits, 'sha256:' or 'hmac-sha256:' before them or not" },
        { "tenants.yaml", "keys:\n  - { tenant: acne, name: web, key: kjh23kjh4kj23h4kj2 }\ntenants: { acme: {} }", 2, "keys[0].tenant", "names tenant 'acne', which 'tenants' does not have (nearest: 'acme')" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web }", 2, "keys[0]", "must have either 'hash' or 'key'" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, key: changeme }", 2, "keys[0].key", "is a key that everybody knows from examples; take at least 16 random characters, for example from 'openssl rand -hex 24'" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: web, key: k2j3h4 }", 2, "keys[0].key", "is only 6 characters long, which can be guessed; take at least 16 random characters, for example from 'openssl rand -hex 24'" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: a, key: kjh23kjh4kj23h4kj2 }\n  - { tenant: default, name: a, key: 9jh23kjh4kj23h4kj2 }", 3, "keys[1]", "tenant 'default' has another key named 'a'; give each its own name" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: a, key: kjh23kjh4kj23h4kj2 }\n  - { tenant: default, name: b, key: kjh23kjh4kj23h4kj2 }", 3, "keys[1]", "is the same key as 'a'; one key belongs to one name" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: a, key: '${WEB_KEY}' }", 2, "keys[0].key", "needs the environment variable 'WEB_KEY', which is not set; set it, or write ${WEB_KEY:-default}" },
        { "tenants.yaml", "keys:\n  - { tenant: default, name: a, key: kjh23kjh4kj23h4kj2, expires: 2027-13-01 }", 2, "keys[0].expires", "must be a date such as 2027-01-01, or a date and time such as 2027-01-01T12:00:00Z; it is '2027-13-01'" },
        { "tenants.yaml", "tenants:\n  acme: { models: [ fats ] }", 2, "tenants.acme.models[0]", "'fats' is neither an alias nor provider/model (nearest: 'fast')" },
        { "tenants.yaml", "tenants:\n  acme:\n    budget: [ { usd: 1 }, { usd: 2, per: month } ]", 3, "tenants.acme.budget[1]", "is the second hard budget per month here; keep one" },
        { "tenants.yaml", "tenants:\n  acme:\n    budget: { usd: 1, per: day }\n    limits: { usd_per_day: 2 }", 4, "tenants.acme.limits.usd_per_day", "is a hard budget per day, and there is another one as 'budget' here; keep one" },
        { "tenants.yaml", "tenants:\n  acme:\n    limits: { rpm: 0 }", 3, "tenants.acme.limits.rpm", "must be at least 1; it is 0" },
        { "tenants.yaml", "tenants:\n  acme:\n    limits: { rps: 5 }", 3, "tenants.acme.limits.rps", "unknown member 'rps' (nearest: 'rpm')" },
        { "conductor.yaml", "limits: { usd_per_day: 1e12 }", 1, "limits.usd_per_day", "must be from a billionth of a dollar to a billion dollars" },
        { "conductor.yaml", "limits: { queue: { length: 3, wait: 1h } }", 1, "limits.queue.wait", "must be from 10ms to 10m; it is 1h" },
        { "conductor.yaml", "providers:\n  x: { plugin: p, keys: [ { value: k, weight: 0 } ] }", 2, "providers.x.keys[0].weight", "must be more than 0; it is 0" },
        { "tenants.yaml", "tenants:\n  acme:\n    budget: [ { usd: 1, per: year } ]", 3, "tenants.acme.budget[0].per", "must be one of 'request', 'day', 'week', 'month'; it is 'year'" },
        { "conductor.yaml", "budgets: { global: { usd: 1e12 } }", 1, "budgets.global.usd", "must be from a billionth of a dollar to a billion dollars" },
        { "conductor.yaml", "budgets: { alert_webhook: me }", 1, "budgets.alert_webhook", "must be a URL such as 'https://example.com/hooks/budgets'; it is 'me'" },
        { "tenants.yaml", "tenants:\n  acme: { budget: { usd: 0 } }", 2, "tenants.acme.budget.usd", "must be more than 0; it is 0" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Load_Mistake_SaysFileLinePathAndWhatToDo(string file, string text, int? line, string path, string message)
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "{}").Write("models.yaml", Models).Write(file, text);

        var load = folder.Load();

        Assert.Null(load.Settings);
        Assert.Contains(new SettingsProblem(folder.File(file), line, path, message), load.Problems);
    }

    [Fact]
    public void Load_MistakesInThreeFiles_AreReportedTogetherInOrder()
    {
        using var folder = new ConfigFolder()
            .Write("conductor.yaml", "reliability:\n  max_attempts: 0\nlimits:\n  max_concurrent_requests: -5\nservr: {}")
            .Write("models.yaml", "aliases:\n  fast: { targets: [ nowhere/x ] }")
            .Write("tenants.yaml", "keys:\n  - { tenant: default, name: a, key: short }")
            .With("HTTP_PORT", "eighty");

        var load = folder.Load();

        Assert.Equal(
            [("conductor.yaml", 2), ("conductor.yaml", 4), ("conductor.yaml", 5), ("tenants.yaml", 2), ("environment", null), ("models.yaml", 2)],
            load.Problems.Select(problem => (Path.GetFileName(problem.File), problem.Line)));
        Assert.Contains("environment: HTTP_PORT: must be a whole number from 0 to 65535; it is 'eighty'", load.Problems.Select(problem => problem.ToString()));
        var failure = Assert.Throws<SettingsException>(() => load.Required);
        Assert.StartsWith("The configuration has 6 mistakes:\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MistakeBesideASecret_NeverShowsTheSecret()
    {
        const string Secret = "sk-live-0123456789abcdef";
        using var folder = new ConfigFolder()
            .Write("conductor.yaml", $"providers:\n  x: {{ plugin: '{Secret}', keys: [ '{Secret}' ], price: '${{K}}' }}\ndefaults: {{ model: '${{K}}' }}")
            .Write("tenants.yaml", $"tenants: {{ acme: '{Secret}' }}\nkeys: [ {{ tenant: x, name: y, hash: '{Secret}' }}, {{ tenant: default, name: '${{K}}', key: '{Secret}', expires: '{Secret}' }} ]")
            .With("K", Secret)
            .With("CONDUCTOR_API_KEYS", $"{Secret},{Secret}:k");

        var load = folder.Load();

        Assert.True(load.Problems.Count >= 7);
        Assert.DoesNotContain(Secret, string.Join('\n', load.Problems.Select(problem => problem.ToString()).Concat(load.Notes)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileThatIsNotThere_SaysWhichAndWhoNamedIt()
    {
        using var folder = new ConfigFolder();
        var missing = Path.Combine(folder.Root, "none.yaml");

        var byOption = SettingsLoader.Load(folder.Source() with { ConfigPath = missing });
        var byVariable = folder.With("CONDUCTOR_CONFIG", folder.Root).Load();

        Assert.Equal($"command line: --config: '{missing}' does not exist", Assert.Single(byOption.Problems).ToString());
        Assert.Equal($"environment: CONDUCTOR_CONFIG: '{folder.Root}' is a folder; name the file, such as conductor.yaml", Assert.Single(byVariable.Problems).ToString());
    }

    [Theory]
    [InlineData("sk-1234", "is a key that everybody knows from examples")]
    [InlineData("admin", "is a key that everybody knows from examples")]
    [InlineData("fifteen-letters", "is only 15 characters long, which can be guessed")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaa", "repeats so few characters that it can be guessed")]
    [InlineData("bad tenant:kjh23kjh4kj23h4kj2", "what stands before ':' must be a tenant's name: letters, digits, '.', '_' and '-'")]
    public void Load_WeakKeyInTheEnvironment_IsRefused(string keys, string message)
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "{}").With("CONDUCTOR_API_KEYS", keys);

        var problem = Assert.Single(folder.Load().Problems);

        Assert.Equal(("environment", "CONDUCTOR_API_KEYS[0]"), (problem.File, problem.Path));
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BillionLaughs_IsRefusedQuickly()
    {
        var text = "a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [ {string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))} ]\n"));
        using var folder = new ConfigFolder().Write("conductor.yaml", text);

        var problem = Assert.Single(folder.Load().Problems);

        Assert.Contains("more than 200000 values", problem.Message, StringComparison.Ordinal);
    }
}
