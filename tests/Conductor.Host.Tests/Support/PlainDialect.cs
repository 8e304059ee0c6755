using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Tests.Support;

/// <summary>A dialect whose errors are one line of text: what the server has to keep to is plain to see in it.</summary>
internal sealed class PlainDialect : InboundDialect
{
    public override string Name => "plain";

    protected override IReadOnlyList<PathString> Paths => ["/plain", "/v1/plain"];

    public override string ContentType => "text/x-plain";

    public override StreamFraming Framing => StreamFraming.Ndjson;

    public override ReadOnlyMemory<byte> StreamEnd => default;

    public override bool IsSpokenIn(HttpRequest request) => base.IsSpokenIn(request) || request.Headers.ContainsKey("x-plain");

    public override void AddHeaders(IHeaderDictionary headers, string requestId) => headers["plain-id"] = requestId;

    public override int StatusOf(ConductorException error) => error.Status == 503 ? 529 : error.Status;

    public override void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts) =>
        output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{error.Status} {error.Code} {facts.RequestId}")));

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst) =>
        output.Write(Encoding.UTF8.GetBytes($"{(isFirst ? "first" : "last")}: {error.Code}\n"));

    public override void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query)
    {
        json.WriteStartArray();
        foreach (var model in models)
        {
            WriteModel(json, model);
        }

        json.WriteEndArray();
    }

    public override void WriteModel(Utf8JsonWriter json, ListedModel model) => json.WriteStringValue(model.Id);

    public override DialectPeek Peek(ReadOnlyMemory<byte> body) => new();

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body) => new([new ChatMessage(ChatRole.User, Encoding.UTF8.GetString(body.Span))], new ChatOptions());

    public override ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId) => body;

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint) => null;

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new NdjsonDialectStream(body, maxEventBytes, _ => default);

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) => output.Write(Encoding.UTF8.GetBytes(response.Text));

    public override IChatEventWriter OpenEvents(AnswerContext context) => throw new NotSupportedException();

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => throw new NotSupportedException();
}
