using System.Net;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace PluginClass1.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, ProviderErrorKind.InvalidRequest)]
    [InlineData(401, ProviderErrorKind.Credentials)]
    [InlineData(404, ProviderErrorKind.ModelNotFound)]
    [InlineData(429, ProviderErrorKind.RateLimited)]
    [InlineData(500, ProviderErrorKind.ServerError)]
    [InlineData(503, ProviderErrorKind.Overloaded)]
    [InlineData(504, ProviderErrorKind.Timeout)]
    public async Task Upstream_AnswersWithAStatus_KindOfError(int status, ProviderErrorKind kind)
    {
        using var http = new HttpClient(new Upstream((HttpStatusCode)status));
        using var client = new PluginClass1ChatClient(new PluginClass1Settings(new Uri("http://upstream.invalid/"), ""), http);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => client.GetResponseAsync("hello"));

        Assert.Equal((kind, status), (failure.Kind, failure.StatusCode));
    }

    [Fact]
    public async Task Upstream_Answers_ItsText()
    {
        using var http = new HttpClient(new Upstream(HttpStatusCode.OK));
        using var client = new PluginClass1ChatClient(new PluginClass1Settings(new Uri("http://upstream.invalid/"), ""), http);

        var answer = await client.GetResponseAsync("hello out there");

        Assert.Equal("/reply says: hello out there", answer.Text);
    }

    /// <summary>Stands where the network would.</summary>
    private sealed class Upstream(HttpStatusCode status) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = await request.Content!.ReadAsStringAsync(cancellationToken);
            return new HttpResponseMessage(status) { Content = new StringContent($"{request.RequestUri!.AbsolutePath} says: {text}") };
        }
    }
}
