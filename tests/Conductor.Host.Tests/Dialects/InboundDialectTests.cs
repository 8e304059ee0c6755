using System.Text;
using Conductor.Host.Composition;
using Conductor.Host.Dialects;
using Conductor.Host.Http;
using Conductor.Host.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Dialects;

public sealed class InboundDialectTests
{
    private const string Tenants = """
        tenants: { acme: {} }
        keys: [ { tenant: acme, name: web, hash: "sha256:d63d85839c386c04cd966c1ace1c73ae28367cd6faf0192f4c3d05df23060d6d" } ]
        """;

    [Theory]
    [InlineData("/plain")]
    [InlineData("/PLAIN/anything")]
    [InlineData("/v1/plain/below")]
    public async Task Failure_OnADialectsAddress_IsInItsShape(string path)
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.Client.GetAsync(path);

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("text/x-plain", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"404 not_found {response.Headers.GetValues("x-request-id").Single()}", await response.Content.ReadAsStringAsync());
        Assert.Equal(response.Headers.GetValues("x-request-id"), response.Headers.GetValues("plain-id"));
    }

    [Fact]
    public async Task Failure_BeforeTheRouter_IsInItsShape()
    {
        await using var gateway = await StartAsync(tenants: Tenants);
        using var stranger = await gateway.Client.GetAsync("/plain/x");
        using var elsewhere = await gateway.Client.GetAsync("/plainer/x");

        Assert.Equal(401, (int)stranger.StatusCode);
        Assert.StartsWith("401 invalid_api_key ", await stranger.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await ErrorAssert.IsAsync(elsewhere, 401, "authentication_error", "invalid_api_key");
    }

    [Fact]
    public async Task Failure_WithAnotherStatusInTheDialect_HasIt()
    {
        await using var gateway = await StartAsync();
        await gateway.App.Services.GetRequiredService<DrainGate>().CloseAsync();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-plain", "yes");
        using var plain = await gateway.Client.SendAsync(request);
        using var common = await gateway.Client.GetAsync("/v1/models");

        Assert.Equal(529, (int)plain.StatusCode);
        Assert.Equal("5", plain.Headers.GetValues("retry-after").Single());
        Assert.StartsWith("503 shutting_down ", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await ErrorAssert.IsAsync(common, 503, "overloaded_error", "shutting_down");
    }

    [Fact]
    public async Task SharedAddress_WithTheDialectsHeader_AnswersInIt()
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-plain", "yes");

        using var plain = await gateway.Client.SendAsync(request);
        var common = await gateway.GetJsonAsync("/v1/models");

        Assert.Equal("text/x-plain", plain.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("[\"", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("list", common.GetProperty("object").GetString());
    }

    [Fact]
    public async Task Lines_PassingThrough_EndInLf()
    {
        await using var stream = new NdjsonDialectStream(new MemoryStream("{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}"u8.ToArray()), 100, _ => default);
        List<string> lines = [];

        while (await stream.ReadAsync(CancellationToken.None))
        {
            lines.Add(Encoding.UTF8.GetString(stream.Raw.Span));
        }

        Assert.Equal(["{\"a\":1}\n", "{\"b\":2}\r\n", "{\"c\":3}\n"], lines);
    }

    private static Task<TestGateway> StartAsync(string? tenants = null) =>
        TestGateway.StartAsync(tenants: tenants, configure: services => services.AddDialect<PlainDialect>());
}
