using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Composition;
using Conductor.Host.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Admin;

/// <summary>What the admin's addresses write is what the files say, comments and all; what they may not write is not written.</summary>
public sealed class AdminEndpointTests : IAsyncLifetime
{
    private const string AdminKey = "a-long-random-key-of-admin-0123456789";
    private const string AcmeKey = "a-long-random-key-of-acme-0123456789";

    private const string Conductor = """
        # the machine
        providers:
          vllm: { plugin: openai-compatible, base_url: "http://user:hidden-password@127.0.0.1:1/v1", keys: [ sk-hidden-provider-key ] } # ours
        """;

    private const string Models = """
        # what it costs
        catalog:
          - { provider: vllm, model: org/m, usd_per_million: { input: 1, output: 2 } } # measured
        aliases: { fast: { targets: [ vllm/org/m ] } }

        """;

    private const string Tenants = $$"""
        # who calls
        tenants:
          # our first
          acme:
            models: [ fast ] # enough for them
            limits: { concurrency: 5 }
          globex: {}
        keys:
          - { tenant: default, name: root, role: admin, key: "{{AdminKey}}" }
          - { tenant: acme, name: boss, role: tenant-admin, key: "{{AcmeKey}}" }

        """;

    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(Conductor, models: Models, tenants: Tenants);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"model_preferences":{"\udc00":{}}}""")]
    [InlineData("""{"models":["fast"],"limits":{"concurrency":5},"fallback_chain":["\ud800"]}""")]
    public async Task Tenant_PutWithHalfACharacter_IsTheCallersMistake(string body)
    {
        using var put = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", body);

        Assert.Equal(400, (int)put.StatusCode);
        Assert.Equal(Tenants, await ReadAsync("tenants.yaml"));
    }

    [Fact]
    public async Task Tenant_Put_ChangesItsLinesAloneAndHoldsAtOnce()
    {
        using var put = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", """{"models":["fast"],"limits":{"concurrency":7},"cost_limits":{"daily_limit_cents":500}}""");

        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal(
            Tenants.Replace("limits: { concurrency: 5 }", "limits: { concurrency: 7 }\n    cost_limits: { daily_limit_cents: 500 }", StringComparison.Ordinal),
            await ReadAsync("tenants.yaml"));
        var tenant = Settings.Current.Tenants["acme"];
        Assert.Equal((7, "5.000000000"), (tenant.Limits.Concurrency, Assert.Single(tenant.Budgets).Limit.ToString()));
        var shown = await JsonAsync("/admin/v1/tenants/acme");
        Assert.Equal(500, shown.GetProperty("settings").GetProperty("cost_limits").GetProperty("daily_limit_cents").GetInt32());
        var row = (await JsonAsync("/admin/v1/audit?action=tenant.changed")).GetProperty("data")[0];
        Assert.Equal(("tenants/acme", 5, 7), (row.GetProperty("object").GetString(), Concurrency(row, "before"), Concurrency(row, "after")));
    }

    [Fact]
    public async Task Tenant_MadeAndRemoved_LeavesTheFileAsItWas()
    {
        using var made = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/initech", """{"models":["fast"]}""");
        Assert.Equal(201, (int)made.StatusCode);
        Assert.Contains("initech", Settings.Current.Tenants.Keys);

        using var gone = await SendAsync(HttpMethod.Delete, "/admin/v1/tenants/initech");
        Assert.Equal(200, (int)gone.StatusCode);
        Assert.Equal(Tenants, await ReadAsync("tenants.yaml"));
        using var again = await SendAsync(HttpMethod.Delete, "/admin/v1/tenants/initech");
        await ErrorAssert.IsAsync(again, 404, "invalid_request_error", "tenant_not_found");
        using var withKeys = await SendAsync(HttpMethod.Delete, "/admin/v1/tenants/acme");
        await ErrorAssert.IsAsync(withKeys, 409, "invalid_request_error", "conflict");
    }

    [Theory]
    [InlineData("""{"modles":[]}""", "tenants.acme.modles")]
    [InlineData("""{"models":["fsat"]}""", "tenants.acme.models[0]")]
    [InlineData("""{"limits":{"rpm":0}}""", "tenants.acme.limits.rpm")]
    [InlineData("""{"model_preferences":{"chat":{"primary_provider":"nobody","primary_model":"m"}}}""", "tenants.acme.model_preferences.chat.primary_provider")]
    public async Task Tenant_WrongEntry_IsA400WithItsPlaceAndNothingIsWritten(string body, string path)
    {
        using var response = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", body);

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
        Assert.Contains($"'{path}'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(Tenants, await ReadAsync("tenants.yaml"));
        Assert.Empty((await JsonAsync("/admin/v1/audit?action=tenant.changed")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Tenant_ReadByTwo_TheSecondToWriteIsTold()
    {
        using var read = await SendAsync(HttpMethod.Get, "/admin/v1/tenants/acme");
        var tag = read.Headers.ETag!.Tag;
        using var first = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", """{"limits":{"concurrency":6}}""", ifMatch: tag);
        Assert.Equal(200, (int)first.StatusCode);

        using var second = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/globex", """{"limits":{"concurrency":1}}""", ifMatch: tag);
        await ErrorAssert.IsAsync(second, 412, "invalid_request_error", "precondition_failed");
        Assert.Null(Settings.Current.Tenants["globex"].Limits.Concurrency);

        using var third = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/globex", """{"limits":{"concurrency":1}}""", ifMatch: first.Headers.ETag!.Tag);
        Assert.Equal(200, (int)third.StatusCode);
    }

    [Fact]
    public async Task TenantAdmin_ItsOwnTenant_ChangesPreferencesAndNotWhatItIsGranted()
    {
        using var list = await SendAsync(HttpMethod.Get, "/admin/v1/tenants", key: AcmeKey);
        Assert.Equal(["acme"], (await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").EnumerateArray().Select(tenant => tenant.GetProperty("name").GetString()));
        using var others = await SendAsync(HttpMethod.Get, "/admin/v1/tenants/globex", key: AcmeKey);
        await ErrorAssert.IsAsync(others, 404, "invalid_request_error", "tenant_not_found");
        using var write = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/globex", "{}", AcmeKey);
        await ErrorAssert.IsAsync(write, 404, "invalid_request_error", "tenant_not_found");

        using var more = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", """{"models":["fast"],"limits":{"concurrency":500}}""", AcmeKey);
        await ErrorAssert.IsAsync(more, 403, "permission_error", "member_not_allowed", "limits");
        using var fewer = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", """{"limits":{"concurrency":5}}""", AcmeKey);
        await ErrorAssert.IsAsync(fewer, 403, "permission_error", "member_not_allowed", "models");
        using var own = await SendAsync(
            HttpMethod.Put, "/admin/v1/tenants/acme", """{"models":["fast"],"limits":{"concurrency":5},"model_preferences":{"chat":{"primary_provider":"vllm","primary_model":"org/m"}}}""", AcmeKey);

        Assert.Equal(200, (int)own.StatusCode);
        Assert.Equal("org/m", Settings.Current.Tenants["acme"].Preferences["chat"].PrimaryModel);
        Assert.Contains("models: [ fast ] # enough for them", await ReadAsync("tenants.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_WrittenAndTakenAway_AreInForce()
    {
        using var global = await SendAsync(HttpMethod.Put, "/admin/v1/budgets/global", """{"usd":50,"per":"month"}""");
        using var tenant = await SendAsync(HttpMethod.Put, "/admin/v1/budgets/tenants/acme", """[{"usd":5,"per":"day"},{"usd":1,"per":"day","mode":"soft"}]""");
        Assert.Equal((200, 200), ((int)global.StatusCode, (int)tenant.StatusCode));

        var list = (await JsonAsync("/admin/v1/budgets")).GetProperty("data").EnumerateArray().Select(budget => $"{budget.GetProperty("scope").GetString()} {budget.GetProperty("tenant").GetString()} {budget.GetProperty("usd").GetDecimal():0.##} {budget.GetProperty("per").GetString()} {budget.GetProperty("mode").GetString()}");
        Assert.Equal(["global  50 month hard", "tenant acme 5 day hard", "tenant acme 1 day soft"], list);
        Assert.StartsWith(Conductor, await ReadAsync("conductor.yaml"), StringComparison.Ordinal);
        using var own = await SendAsync(HttpMethod.Get, "/admin/v1/budgets", key: AcmeKey);
        Assert.Equal(2, (await own.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetArrayLength());

        using var gone = await SendAsync(HttpMethod.Delete, "/admin/v1/budgets/tenants/acme");
        Assert.Equal(200, (int)gone.StatusCode);
        Assert.Empty(Settings.Current.Tenants["acme"].Budgets);
        Assert.Equal(Tenants, await ReadAsync("tenants.yaml"));
        using var nobody = await SendAsync(HttpMethod.Put, "/admin/v1/budgets/tenants/nobody", """{"usd":5}""");
        await ErrorAssert.IsAsync(nobody, 404, "invalid_request_error", "tenant_not_found");
        using var wrong = await SendAsync(HttpMethod.Put, "/admin/v1/budgets/global", """{"usd":-5}""");
        await ErrorAssert.IsAsync(wrong, 400, "invalid_request_error", "invalid_value");
    }

    [Fact]
    public async Task Prices_WrittenAndTakenAway_AreInForce()
    {
        using var put = await SendAsync(HttpMethod.Put, "/admin/v1/prices/vllm/org/m", """{"input":3,"output":4}""");
        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal(Models.Replace("{ input: 1, output: 2 }", "{ input: 3, output: 4 }", StringComparison.Ordinal), await ReadAsync("models.yaml"));
        Assert.Equal(4, Settings.Current.Catalog.Single().UsdPerMillion[0].Output);

        using var added = await SendAsync(HttpMethod.Put, "/admin/v1/prices/vllm/other", """{"input":0,"output":0}""");
        Assert.Equal(201, (int)added.StatusCode);
        Assert.Equal(["vllm/org/m", "vllm/other"], (await JsonAsync("/admin/v1/prices")).GetProperty("data").EnumerateArray().Select(row => $"{row.GetProperty("provider").GetString()}/{row.GetProperty("model").GetString()}"));

        using var gone = await SendAsync(HttpMethod.Delete, "/admin/v1/prices/vllm/org/m");
        Assert.Equal(200, (int)gone.StatusCode);
        Assert.Empty(Settings.Current.Catalog[0].UsdPerMillion);
        using var again = await SendAsync(HttpMethod.Delete, "/admin/v1/prices/vllm/org/m");
        await ErrorAssert.IsAsync(again, 404, "invalid_request_error", "not_found");
        using var rules = await SendAsync(HttpMethod.Put, "/admin/v1/prices", """{"unknown":"allow"}""");
        Assert.Equal(200, (int)rules.StatusCode);
        Assert.StartsWith(Conductor, await ReadAsync("conductor.yaml"), StringComparison.Ordinal);
        Assert.Equal("allow", (await JsonAsync("/admin/v1/prices")).GetProperty("unknown").GetString());
        Assert.Equal(4, (await JsonAsync("/admin/v1/audit?action=prices.changed")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Price_WithoutAModelsFile_DoesNotPutTheBuiltInCatalogueAway()
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.Client.PutAsync("/admin/v1/prices/openai/gpt-4o", new StringContent("""{"input":3,"output":4}""", Encoding.UTF8, "application/json"));

        await ErrorAssert.IsAsync(response, 409, "invalid_request_error", "conflict");
    }

    [Fact]
    public async Task Config_Shown_SaysWhatIsInForceAndNoSecret()
    {
        using var response = await SendAsync(HttpMethod.Get, "/admin/v1/config");
        var text = await response.Content.ReadAsStringAsync();
        var config = JsonElement.Parse(text);

        Assert.Equal(Settings.Digest, config.GetProperty("digest").GetString());
        Assert.True(config.GetProperty("is_current").GetBoolean());
        Assert.Equal("5", config.GetProperty("settings").GetProperty("tenants.acme.limits.concurrency").GetString());
        Assert.Equal("***", config.GetProperty("settings").GetProperty("providers.vllm.key_settings.0.value").GetString());
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a-long-random", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_ValidatedAndReloaded_TakesRightFilesAndKeepsTheLastGoodOnes()
    {
        await File.WriteAllTextAsync(_gateway.ConfigPath, Conductor + "\nserver: { drain_timeout: 45s }\n");
        var valid = await PostAsync("/admin/v1/config/validate");
        Assert.True(valid.GetProperty("valid").GetBoolean());
        Assert.Contains("server.drain_timeout is 00:00:45, it was 00:00:30", valid.GetProperty("changes").EnumerateArray().Select(change => change.GetString()));
        await PostAsync("/admin/v1/config/reload");
        Assert.Equal("root", (await JsonAsync("/admin/v1/audit?action=config.reload_asked")).GetProperty("data")[0].GetProperty("key_name").GetString());
        Assert.Equal(TimeSpan.FromSeconds(45), Settings.Current.Server.DrainTimeout);

        await File.WriteAllTextAsync(_gateway.ConfigPath, "server: { drain_timeout: sometimes }\n");
        Assert.Equal("server.drain_timeout", (await PostAsync("/admin/v1/config/validate")).GetProperty("problems")[0].GetProperty("path").GetString());
        using var refused = await SendAsync(HttpMethod.Post, "/admin/v1/config/reload");
        await ErrorAssert.IsAsync(refused, 409, "invalid_request_error", "configuration_invalid");
        Assert.Equal(TimeSpan.FromSeconds(45), Settings.Current.Server.DrainTimeout);
        Assert.False((await JsonAsync("/admin/v1/config")).GetProperty("is_current").GetBoolean());
        using var edit = await SendAsync(HttpMethod.Put, "/admin/v1/tenants/acme", "{}");
        await ErrorAssert.IsAsync(edit, 409, "invalid_request_error", "configuration_invalid");
    }

    [Fact]
    public async Task Tenants_WrittenByManyAtOnce_AreAllThereAndAllNoted()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var response = await SendAsync(HttpMethod.Put, $"/admin/v1/tenants/t{i}", "{\"limits\":{\"concurrency\":" + (i + 1) + "}}");
            return (int)response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.Equal(201, status));
        Assert.Equal(Enumerable.Range(1, 12), Enumerable.Range(0, 12).Select(i => Settings.Current.Tenants[$"t{i}"].Limits.Concurrency ?? 0));
        Assert.StartsWith(Tenants[..Tenants.IndexOf("  globex", StringComparison.Ordinal)], await ReadAsync("tenants.yaml"), StringComparison.Ordinal);
        Assert.Equal(12, (await JsonAsync("/admin/v1/audit?action=tenant.changed")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task UsageAndPlugins_AnswerUnderAdminToo()
    {
        Assert.Equal("usage", (await JsonAsync("/admin/v1/usage?tenant=acme")).GetProperty("object").GetString());
        Assert.NotEmpty((await JsonAsync("/admin/v1/plugins")).GetProperty("data").EnumerateArray());
    }

    private HostSettings Settings => _gateway.App.Services.GetRequiredService<HostSettings>();

    private static int Concurrency(JsonElement row, string name) => row.GetProperty(name).GetProperty("limits").GetProperty("concurrency").GetInt32();

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(_gateway.ConfigPath)!, name));

    private async Task<JsonElement> JsonAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> PostAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Post, path);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string key = AdminKey, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("authorization", $"Bearer {key}");
        if (ifMatch is not null)
        {
            request.Headers.Add("if-match", ifMatch);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await _gateway.Client.SendAsync(request);
    }
}
