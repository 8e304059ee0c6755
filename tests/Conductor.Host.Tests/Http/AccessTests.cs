using System.Net;
using System.Text;
using Conductor.Host.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

public class AccessTests
{
    private const string Key = "ck_test_0123456789abcdefghij";
    private const string AcmeKey = "ck_test_acme_0123456789abcde";

    private static readonly string[] Public = ["/health", "/healthz", "/livez", "/readyz", "/", "/openapi.json", "/docs", "/docs/{**path}"];

    private static Dictionary<string, string> Keys => new() { ["CONDUCTOR_API_KEYS"] = $"{Key},acme:{AcmeKey}" };

    [Theory]
    [InlineData("authorization", "Bearer " + Key)]
    [InlineData("authorization", "bearer " + Key)]
    [InlineData("x-api-key", Key)]
    [InlineData("api-key", Key)]
    [InlineData("x-goog-api-key", Key)]
    public async Task Keys_RightKeyInAnyHeader_In(string header, string value)
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("authorization", "Bearer wrong-key-0123456789abcdef")]
    [InlineData("authorization", "Basic " + Key)]
    [InlineData("authorization", Key)]
    [InlineData("authorization", "Bearer")]
    [InlineData("x-api-key", "")]
    [InlineData("cookie", "authorization=" + Key)]
    public async Task Keys_NoOrWrongKey_401ThatEchoesNothing(string? header, string? value)
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await gateway.Client.SendAsync(request);

        var error = await ErrorAssert.IsAsync(response, 401, "authentication_error", "invalid_api_key");
        Assert.DoesNotContain("0123456789", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal(["false"], response.Headers.GetValues("x-should-retry"));
    }

    [Fact]
    public async Task Keys_KeyInUrl_401WithReason()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);

        using var response = await gateway.Client.GetAsync($"/v1/models?key={Key}");

        var error = await ErrorAssert.IsAsync(response, 401, "authentication_error", "invalid_api_key");
        Assert.Contains("URL", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_NoKey_RefusedBeforeBodyIsRead()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);

        // The body never comes: an answer proves that nobody waited for it.
        var response = await RawHttp.SendAsync(
            gateway.Address, $"POST /v1/chat/completions HTTP/1.1\r\nhost: {gateway.Address.Authority}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n");

        Assert.Equal(401, response.Status);
    }

    [Fact]
    public async Task Keys_EveryEndpointButHealth_Asks()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        var endpoints = gateway.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.NotEmpty(endpoints);

        foreach (var endpoint in endpoints)
        {
            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            var isPublic = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            Assert.True(isPublic == Public.Contains(path), $"{path} is {(isPublic ? "open to strangers" : "closed")}, and this list says otherwise");

            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            var address = System.Text.RegularExpressions.Regex.Replace(path, "{[^}]*}", path.StartsWith("/docs/", StringComparison.Ordinal) ? "index.html" : "x");
            using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), address));
            Assert.True(isPublic ? response.IsSuccessStatusCode : response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {address}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Keys_DocsAndDocument_OpenButSayWhatIsAtWorkOnlyToAKey()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi.json");
        request.Headers.Add("x-api-key", AcmeKey);

        using var page = await gateway.Client.GetAsync("/docs/index.html");
        var stranger = await gateway.Client.GetStringAsync("/openapi.json");
        using var known = await gateway.Client.SendAsync(request);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("/v1/chat/completions", stranger, StringComparison.Ordinal);
        Assert.DoesNotContain("sentiment_analysis.request", stranger, StringComparison.Ordinal);
        Assert.Contains("sentiment_analysis.request", await known.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/v1/models/..%2f..%2fhealth")]
    [InlineData("/v1/%6dodels")]
    [InlineData("/health/../v1/models")]
    [InlineData("/v1//models")]
    [InlineData("/health;/v1/models")]
    [InlineData("//health")]
    [InlineData("/v1/models/%2e%2e/%2e%2e/health")]
    public async Task Keys_PathTricks_NeverAnsweredWithoutKey(string path)
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);

        var response = await RawHttp.SendAsync(gateway.Address, $"GET {path} HTTP/1.1\r\nhost: {gateway.Address.Authority}\r\nx-original-url: /health\r\nx-rewrite-url: /health\r\n\r\n");

        Assert.DoesNotContain("\"object\"", response.Body, StringComparison.Ordinal);
        Assert.True(response.Status is 400 or 401 or 404 || response.Body.Contains("\"ok\"", StringComparison.Ordinal), $"{response.Status} {response.Body}");
    }

    [Fact]
    public async Task Admin_KeyOfAnotherTenant_403()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/plugins/rescan");
        request.Headers.Add("x-api-key", AcmeKey);

        using var response = await gateway.Client.SendAsync(request);

        await ErrorAssert.IsAsync(response, 403, "permission_error", "admin_only");
    }

    [Fact]
    public async Task Admin_KeyOfDefaultTenant_In()
    {
        await using var gateway = await TestGateway.StartAsync(environment: Keys);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/plugins/rescan");
        request.Headers.Add("x-api-key", Key);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:5080", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.9.9.9:1", 200)]
    [InlineData("[::1]:5080", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("10.0.0.1", 421)]
    public async Task NoKeys_HostHeader_LoopbackNamesOnly(string host, int status)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await RawHttp.SendAsync(gateway.Address, $"GET /v1/models HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");

        Assert.Equal(status, response.Status);
    }

    [Theory]
    [InlineData("http://localhost:3000", 200)]
    [InlineData("http://127.0.0.1", 200)]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    public async Task NoKeys_OriginOfAnotherSite_403(string origin, int status)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/plugins/rescan");
        request.Headers.Add("origin", origin);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Keys_AllowedHosts_OnlyThose()
    {
        await using var gateway = await TestGateway.StartAsync("server: { allowed_hosts: [ gateway.example ] }", Keys);

        async Task<int> StatusOf(string host, string path) =>
            (await RawHttp.SendAsync(gateway.Address, $"GET {path} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {Key}\r\nconnection: close\r\n\r\n")).Status;

        Assert.Equal(200, await StatusOf("gateway.example", "/v1/models"));
        Assert.Equal(421, await StatusOf("other.example", "/v1/models"));
        Assert.Equal(200, await StatusOf("10.1.2.3", "/livez"));
    }

    [Fact]
    public async Task Keys_LastKeyTakenAwayWhileListeningToTheWorld_Closed()
    {
        await using var gateway = await TestGateway.StartAsync(listen: "http://0.0.0.0:0");

        using var response = await gateway.Client.GetAsync(new UriBuilder(gateway.Address) { Host = "127.0.0.1", Path = "/v1/models" }.Uri);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task InsecureListen_NoKeys_Open()
    {
        await using var gateway = await TestGateway.StartAsync(listen: "http://0.0.0.0:0", isInsecureListen: true);

        using var response = await gateway.Client.GetAsync(new UriBuilder(gateway.Address) { Host = "127.0.0.1", Path = "/v1/models" }.Uri);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
