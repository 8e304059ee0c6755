using System.Text;
using Conductor.Host.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

/// <summary>What a browser, and what keeps copies on the way, is told by every answer.</summary>
public sealed class SecurityHeadersTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private TestGateway Gateway => shared.Gateway;

    [Fact]
    public async Task EveryAddress_SaysKeepNothingGuessNothing()
    {
        var endpoints = Gateway.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.True(endpoints.Count > 40);
        foreach (var endpoint in endpoints.Where(endpoint => !endpoint.RoutePattern.RawText!.Contains("rescan", StringComparison.Ordinal)))
        {
            var path = "/" + string.Join('/', endpoint.RoutePattern.RawText!.Trim('/').Split('/').Select(part => part.Contains('{', StringComparison.Ordinal) ? "x" : part));
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Content = method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;

            using var response = await Gateway.Client.SendAsync(request);

            Check(response, $"{method} {path}", isFile: path.StartsWith("/docs/", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("DELETE", "/v1/models")]
    [InlineData("GET", "/%3Cscript%3Ealert(1)%3C/script%3E")]
    public async Task Failure_SaysItToo(string method, string path)
    {
        using var response = await Gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Check(response, path);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Stream_SaysItToo()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"),
        };

        using var response = await Gateway.Client.SendAsync(request);

        Check(response, "a stream");
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/index.js")]
    public async Task Page_RunsNothingButItsOwnAndStandsInNoFrame(string path)
    {
        using var response = await Gateway.Client.GetAsync(path);

        var policy = string.Join(' ', response.Headers.GetValues("content-security-policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "POST")]
    [InlineData("/v1/models", "GET")]
    [InlineData("/v1/status", "GET")]
    [InlineData("/admin/v1/plugins/rescan", "POST")]
    public async Task Preflight_AllowsNothing(string path, string method)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path);
        preflight.Headers.Add("origin", "http://localhost:3000"); // this machine's own, which alone gets as far as this while there is no key
        preflight.Headers.Add("access-control-request-method", method);
        preflight.Headers.Add("access-control-request-headers", "authorization, content-type");

        using var response = await Gateway.Client.SendAsync(preflight);

        Assert.Equal(405, (int)response.StatusCode);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Origin_OfAnyKind_IsNeverEchoed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("origin", "http://localhost:3000");

        using var response = await Gateway.Client.SendAsync(request);

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase));
    }

    private static void Check(HttpResponseMessage response, string what, bool isFile = false)
    {
        Assert.True(response.Headers.TryGetValues("x-content-type-options", out var options) && options.Single() == "nosniff", what);
        Assert.True(response.Headers.TryGetValues("referrer-policy", out var referrer) && referrer.Single() == "no-referrer", what);
        Assert.True(response.Headers.CacheControl is { } control && (control.NoStore || isFile), what); // the page's own files are the same for everybody
        Assert.False(response.Headers.Contains("server"), what);
    }
}
