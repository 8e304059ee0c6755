using System.Net.Http.Headers;
using Conductor.Plugins;
using Conductor.Security;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.Configuration;

namespace Conductor.Providers.Http.Tests;

/// <summary>A client of the room with settings as a file would give them, and an HTTP factory that counts.</summary>
internal sealed class TestUpstream : IDisposable, IHttpClientFactory
{
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false };

    public TestUpstream(string? baseUrl, UpstreamProfile? profile = null, TimeProvider? time = null, string? key = "sk-secret", KeyHeader? keyHeader = null, IProviderKeys? ring = null, params (string Name, string Value)[] settings)
    {
        Settings = HttpProviderSettings.Read(Context(baseUrl, key, ring, settings), new HttpProviderDefaults { KeyHeader = keyHeader ?? KeyHeader.Bearer });
        Client = new UpstreamClient(Settings, profile ?? Profile, this, time ?? TimeProvider.System);
    }

    public static UpstreamProfile Profile { get; } = new() { Errors = new TestErrors(), EndMarks = ["data: [DONE]"u8.ToArray()] };

    public HttpProviderSettings Settings { get; }

    public UpstreamClient Client { get; }

    /// <summary>How many clients were lent.</summary>
    public int Lent { get; private set; }

    public static ProviderContext Context(string? baseUrl, string? key = null, params (string Name, string Value)[] settings) => Context(baseUrl, key, ring: null, settings);

    private static ProviderContext Context(string? baseUrl, string? key, IProviderKeys? ring, (string Name, string Value)[] settings)
    {
        var values = settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)).ToList();
        if (baseUrl is not null)
        {
            values.Add(new("base_url", baseUrl));
        }

        return new ProviderContext { Name = "p", Settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build(), Keys = key is null ? [] : [new Secret(key)], KeyRing = ring, DataFolder = "" };
    }

    public HttpClient CreateClient(string name)
    {
        Lent++;
        return new HttpClient(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<string> PostAsync(bool isStreaming = false, string path = "chat/completions")
    {
        var reply = await Client.PostAsync(path, "{}"u8.ToArray(), isStreaming, CancellationToken.None);
        await using (reply)
        {
            return await reply.ReadWholeAsync(body => System.Text.Encoding.UTF8.GetString(body.Span), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        _handler.Dispose();
    }
}

/// <summary>OpenAI's errors, but that a teapot is overloaded, and a time to wait may stand in the body.</summary>
internal sealed class TestErrors() : UpstreamErrors("the kettle")
{
    public override WireError? Read(ReadOnlySpan<byte> body) => OpenAIErrorReader.TryRead(body);

    public override WireErrorCategory Classify(WireError error) => OpenAIErrorClassifier.Classify(error);

    protected override ErrorMeaning? Translate(in UpstreamFailure failure) =>
        failure.Status == 418 ? new ErrorMeaning(ProviderErrorKind.Overloaded, $"is a teapot for '{failure.Request.Path}'") { Advice = "Fill it." } : null;

    protected override TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        base.ReadRetryAfter(headers, body, now) ?? (body.IndexOf("later"u8) >= 0 ? RetryAfter.Clamp(9) : null);
}
