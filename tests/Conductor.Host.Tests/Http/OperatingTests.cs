using System.Net;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

public class OperatingTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private TestGateway Gateway => shared.Gateway;

    [Fact]
    public async Task Models_List_AutoAliasesAndProvidersModels()
    {
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{shared.Upstream.BaseUrl}}" } }""", models: "aliases: { fast: { targets: [ fake/fake-model ] } }");

        var models = (await gateway.GetJsonAsync("/v1/models")).GetProperty("data").EnumerateArray().ToList();

        var ids = models.Select(model => model.GetProperty("id").GetString()).ToList();
        Assert.Superset(new HashSet<string?> { "auto", "fast", "fake/fake-model" }, ids.ToHashSet());
        Assert.All(models, model => Assert.Equal("model", model.GetProperty("object").GetString()));
        Assert.Contains(ids, id => id!.StartsWith("local/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plugins_List_WhatEachServesAndItsContexts()
    {
        var local = (await Gateway.GetJsonAsync("/v1/plugins")).GetProperty("data").EnumerateArray().Single(plugin => plugin.GetProperty("id").GetString() == "local");

        Assert.Equal("provider:local", Assert.Single(local.GetProperty("capabilities").EnumerateArray()).GetString());
        Assert.Equal(1, local.GetProperty("contexts_alive").GetInt32());
        Assert.Equal(0, local.GetProperty("calls_in_flight").GetInt32());
        Assert.Contains("conductor_plugin_contexts_alive{plugin=\"local\"} 1\n", await Gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models/fake/fake-model")]
    [InlineData("/v1/models/fake%2Ffake-model")]
    [InlineData("/openai/v1/models/fake/fake-model")]
    public async Task Models_One_IdWithSlash(string path) => Assert.Equal("fake/fake-model", (await Gateway.GetJsonAsync(path)).GetProperty("id").GetString());

    [Fact]
    public async Task Models_UnknownOne_404NamesNearest()
    {
        using var response = await Gateway.Client.GetAsync("/v1/models/fake/fake-modle");

        var error = await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "model_not_found");
        Assert.Contains("fake/fake-model", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_TenantWithAllowList_SeesOnlyThose()
    {
        const string Key = "ck_test_acme_0123456789abcde";
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{shared.Upstream.BaseUrl}}" } }""",
            environment: new() { ["CONDUCTOR_API_KEYS"] = $"acme:{Key}" },
            tenants: "tenants: { acme: { models: [ 'fake/*' ] } }");
        gateway.Client.DefaultRequestHeaders.Add("x-api-key", Key);

        var models = (await gateway.GetJsonAsync("/v1/models")).GetProperty("data").EnumerateArray().ToList();

        // `auto` leads this tenant to the models of its list, so it may ask for it.
        Assert.Equal(["auto", "fake"], models.Select(model => model.GetProperty("id").GetString()!.Split('/')[0]).Distinct());
    }

    [Fact]
    public async Task Plugins_List_EveryOneWithState()
    {
        var plugins = (await Gateway.GetJsonAsync("/v1/plugins")).GetProperty("data").EnumerateArray().ToList();

        Assert.Contains(plugins, plugin => plugin.GetProperty("id").GetString() == "local" && plugin.GetProperty("state").GetString() == "active");
        Assert.Contains(plugins, plugin => plugin.GetProperty("kind").GetString() == "operation");
    }

    [Fact]
    public async Task Status_AfterACall_CountsIt()
    {
        (await Gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}],"temperature":1}""")).Dispose();

        var status = await Gateway.GetJsonAsync("/v1/status");

        var system = status.GetProperty("system");
        Assert.Equal("serving", system.GetProperty("status").GetString());
        Assert.True(system.GetProperty("total_requests").GetInt64() >= 1);
        Assert.True(system.GetProperty("total_tokens").GetInt64() > 0);
        Assert.True(system.GetProperty("uptime_seconds").GetDouble() > 0);
        var fake = status.GetProperty("providers").EnumerateArray().Single(provider => provider.GetProperty("id").GetString() == "fake");
        Assert.True(fake.GetProperty("requests").GetInt64() >= 1);
        Assert.Equal(1, fake.GetProperty("success_rate").GetDouble());
    }

    [Fact]
    public async Task Status_ProviderThatIsOff_HasTheSameMembers()
    {
        await using var gateway = await TestGateway.StartAsync("providers: { off: { plugin: openai-compatible, base_url: 'http://127.0.0.1:9/v1', enabled: false } }");

        var providers = (await gateway.GetJsonAsync("/v1/status")).GetProperty("providers").EnumerateArray().ToList();

        Assert.Contains("off", providers.Select(provider => provider.GetProperty("id").GetString()));
        Assert.True(providers.Count > 1);
        Assert.Single(providers.Select(provider => string.Join(',', provider.EnumerateObject().Select(member => member.Name))).Distinct());
    }

    [Fact]
    public async Task Status_ProviderThatCannotServe_SaysWhyAndTheOthersServe()
    {
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              bad: { plugin: openai-compatible, base_url: "ftp://x" }
              typo: { plugin: openai-compatibel, base_url: "http://127.0.0.1:9/v1" }
              good: { plugin: openai-compatible, base_url: "{{shared.Upstream.BaseUrl}}" }
            """);

        var providers = (await gateway.GetJsonAsync("/v1/status")).GetProperty("providers").EnumerateArray()
            .ToDictionary(provider => provider.GetProperty("id").GetString()!, provider => provider.GetProperty("health_message").GetString() ?? "");

        Assert.Contains("base_url", providers["bad"], StringComparison.Ordinal);
        Assert.Contains("nearest: 'openai-compatible'", providers["typo"], StringComparison.Ordinal);
        Assert.Equal("", providers["good"]);
    }

    [Fact]
    public async Task Status_QuarantinedOperation_IsNamedAndItsCallsAre503()
    {
        await using var gateway = await TestGateway.StartAsync("plugins: { quarantine: { faults: 1 } }");
        gateway.App.Services.GetRequiredService<IConductor>().Catalog.Operations["summarization"].Quarantine.Fault("It failed in a test.");

        var operations = (await gateway.GetJsonAsync("/v1/status")).GetProperty("operations").EnumerateArray().ToDictionary(operation => operation.GetProperty("id").GetString()!);
        using var refused = await gateway.Client.PostAsync("/v1/operations/summarization", new StringContent("""{"text":"x"}""", System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal("quarantined", operations["summarization"].GetProperty("health").GetString());
        Assert.Contains("It failed in a test.", operations["summarization"].GetProperty("health_message").GetString(), StringComparison.Ordinal);
        Assert.All(operations.Where(pair => pair.Key != "summarization"), pair => Assert.Equal("serving", pair.Value.GetProperty("health").GetString()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("operation_quarantined", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("""conductor_quarantined{kind="operation",name="summarization"} 1""", (await gateway.Client.GetStringAsync("/metrics")).Replace("otel_scope_name=\"conductor\",", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_KeyOfAnotherTenant_NoPathsOfTheMachine()
    {
        const string Key = "ck_test_acme_0123456789abcde";
        await using var gateway = await TestGateway.StartAsync(environment: new() { ["CONDUCTOR_API_KEYS"] = $"acme:{Key}" });
        gateway.Client.DefaultRequestHeaders.Add("x-api-key", Key);

        Assert.False((await gateway.GetJsonAsync("/v1/status")).TryGetProperty("configuration", out _));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task Health_GetAndHead_200(string path)
    {
        using var get = await Gateway.Client.GetAsync(path);
        using var head = await Gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task Ready_BadEditOfTheConfiguration_NotReadyAndStillServing()
    {
        await using var gateway = await TestGateway.StartAsync("reliability: { max_attempts: 2 }");
        File.WriteAllText(gateway.ConfigPath, "reliability: { max_attempts: 99 }");
        gateway.App.Services.GetRequiredService<Composition.HostSettings>().Reload();

        using var ready = await gateway.Client.GetAsync("/readyz");
        using var live = await gateway.Client.GetAsync("/livez");
        using var models = await gateway.Client.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("configuration", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var status = await gateway.GetJsonAsync("/v1/status");
        Assert.Contains("max_attempts", status.GetProperty("configuration").GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("configuration", status.GetProperty("system").GetProperty("not_ready")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);
    }

    [Fact]
    public async Task Metrics_Prometheus_TextOfThatFormat()
    {
        using var response = await Gateway.Client.GetAsync("/metrics");

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("# TYPE ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_Document_KnowsEveryEndpointAndOperation()
    {
        var document = await Gateway.GetJsonAsync("/openapi.json");

        var written = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).ToHashSet();
        var mapped = Gateway.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .Select(endpoint => $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} /{endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**", "{", StringComparison.Ordinal)}")
            .Where(path => !path.Contains("/docs", StringComparison.Ordinal) && path != "GET /").ToHashSet();
        Assert.Subset(written, mapped);
        Assert.Contains("POST /v1/operations/sentiment_analysis", written);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.All(References(document), reference => Assert.True(Resolves(document, reference), reference));
    }

    /// <summary>docs/api.md lists the addresses that there are, and no others.</summary>
    [Fact]
    public void ApiPage_KnowsEveryEndpoint()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "api.md"));

        var written = System.Text.RegularExpressions.Regex.Matches(page, "`((?:GET|POST|DELETE|PUT|PATCH) /[^`]*)`").Select(match => match.Groups[1].Value).ToList();
        var mapped = Gateway.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .Select(endpoint => $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} /{endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**", "{", StringComparison.Ordinal)}")
            .Where(path => !path.StartsWith("GET /docs", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(mapped.Except(written, StringComparer.Ordinal)); // a new endpoint belongs on the page
        Assert.Empty(written.Except(mapped, StringComparer.Ordinal)); // what is gone does not
        Assert.Equal(written.Count, written.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task OpenApi_OperationIds_AreUnique()
    {
        var document = await Gateway.GetJsonAsync("/openapi.json");

        var ids = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value.GetProperty("operationId").GetString()).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Docs_Page_NothingFromOutside()
    {
        using var page = await Gateway.Client.GetAsync("/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();
        using var script = await Gateway.Client.GetAsync("/docs/swagger-ui-bundle.js");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    [Fact]
    public async Task Root_ProgramAndBrowser_EachItsAnswer()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = Gateway.Address };
        using var asBrowser = new HttpRequestMessage(HttpMethod.Get, "/");
        asBrowser.Headers.Accept.ParseAdd("text/html");

        using var redirect = await client.SendAsync(asBrowser);
        var json = await Gateway.GetJsonAsync("/");

        Assert.Equal("/docs", redirect.Headers.Location?.ToString());
        Assert.Equal("conductor", json.GetProperty("name").GetString());
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static bool Resolves(JsonElement document, string reference)
    {
        foreach (var step in reference.TrimStart('#', '/').Split('/'))
        {
            if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(step, out document))
            {
                return false;
            }
        }

        return true;
    }
}
