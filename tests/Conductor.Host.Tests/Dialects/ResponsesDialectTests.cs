using System.Text;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.Errors;
using Conductor.Host.Dialects.Responses;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Tests.Dialects;

/// <summary>What becomes of bytes that a target which speaks the dialect gets and gives.</summary>
public class ResponsesDialectTests
{
    private const string Answer = """{"id":"resp_up","object":"response","status":"completed","output":[{"type":"message","id":"msg_up","content":[{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":7,"output_tokens":5}}""";

    private readonly ResponsesDialect _dialect = new();
    private readonly InMemoryResponseStore _store = new(TimeProvider.System);

    [Fact]
    public void Whole_UsageIsReadAndErrorsThrow()
    {
        Assert.Equal(7, _dialect.ScanResponse(Encoding.UTF8.GetBytes(Answer), RawEndpoint.Responses)!.InputTokens);
        var failure = Assert.Throws<ProviderException>(() => _dialect.ScanResponse("""{"error":{"message":"m","code":"rate_limit_exceeded"}}"""u8, RawEndpoint.Responses));
        Assert.Equal(ProviderErrorKind.RateLimited, failure.Kind);
    }

    [Fact]
    public async Task Stream_EventsPassAsTheyCame()
    {
        var text = $"event: response.created\ndata: {{\"type\":\"response.created\"}}\n\ndata: {{\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}}\n\nevent: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{Answer}}}\n\n";
        await using var stream = _dialect.OpenStream(new MemoryStream(Encoding.UTF8.GetBytes(text)), 100_000);
        var seen = new StringBuilder();
        var kinds = "";

        while (await stream.ReadAsync(CancellationToken.None))
        {
            seen.Append(Encoding.UTF8.GetString(stream.Raw.Span));
            kinds += stream.Event.IsFinished ? "E" : stream.Event.HasContent ? "c" : ".";
        }

        Assert.Equal((text, ".cE"), (seen.ToString(), kinds));
        Assert.Equal(5, stream.Event.Usage!.OutputTokens);
    }

    [Fact]
    public async Task Stream_Failure_Throws()
    {
        await using var stream = _dialect.OpenStream(new MemoryStream("data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"m\"}\n\n"u8.ToArray()), 1000);

        Assert.Equal(ProviderErrorKind.ServerError, (await Assert.ThrowsAsync<ProviderException>(async () => await stream.ReadAsync(CancellationToken.None))).Kind);
    }

    [Fact]
    public async Task Relay_Answer_IsKeptBeforeItsLastEventGoesOut()
    {
        var exchange = ResponsesExchange.Read("""{"model":"m","input":"hi"}"""u8);
        var stream = new ResponsesStream(Keeper(), exchange, failure => throw failure);
        var last = Encoding.UTF8.GetBytes($"event: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{Answer}}}\n\n");
        var relayed = new List<string>();

        await foreach (var item in stream.RelayAsync(Events("data: {\"type\":\"response.created\"}\n\n"u8.ToArray(), last), new CallContext { RequestId = "r", TenantId = "acme" }, CancellationToken.None))
        {
            relayed.Add(Encoding.UTF8.GetString(item.Span));
            Assert.Equal(relayed.Count == 2, await _store.FindAsync("acme", "resp_up", CancellationToken.None) is not null);
        }

        Assert.Equal(2, relayed.Count);
        var kept = (await _store.FindByItemAsync("acme", "msg_up", CancellationToken.None))!;
        Assert.Equal(Answer, Encoding.UTF8.GetString(kept.Body.Span));
        Assert.Contains("\"text\":\"hi\"", Encoding.UTF8.GetString(kept.Input.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Splice_ModelAlone()
    {
        var body = """{"model":"fake/m","provider":"fake","input":"hi","store":true}"""u8.ToArray();

        var sent = _dialect.Splice(body, _dialect.Peek(body, RawEndpoint.Responses), "m");

        Assert.Equal("""{"model":"m","input":"hi","store":true}""", Encoding.UTF8.GetString(sent.Span));
    }

    [Fact]
    public void Exchange_WorkInTheBackground_IsRefusedWhoeverAnswers() =>
        Assert.Equal("background", Assert.Throws<InvalidRequestException>(() => ResponsesExchange.Read("""{"background":true,"input":"x"}"""u8)).Param);

    private ResponsesKeeper Keeper() => new(_store, new FixedSettings(new ConductorSettings()), TimeProvider.System, NullLogger<ResponsesKeeper>.Instance);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Events(params byte[][] events)
    {
        foreach (var item in events)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
