using System.Buffers;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Routing;
using Conductor.Wire;
using Conductor.Wire.Anthropic;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Anthropic;

/// <content>What is written: typed answers as bytes, streams, lists, errors.</content>
internal sealed partial class AnthropicDialect
{
    public override StreamFraming Framing => StreamFraming.SseWithPingEvents;

    /// <summary>The id under the name that clients of this dialect look for.</summary>
    public override void AddHeaders(IHeaderDictionary headers, string requestId)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers["request-id"] = requestId;
    }

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) =>
        AnthropicResponseWriter.Write(output, response, response.ResponseId is { } id && IsOwn(id) ? id : IdOf(context), context.Model, context.Usage);

    public override void WriteTokenCount(IBufferWriter<byte> output, long tokens) => AnthropicTokenCount.Write(output, tokens);

    public override void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query) =>
        AnthropicModelsWriter.WritePage(json, AnthropicModelPages.Of(models, query));

    public override void WriteModel(Utf8JsonWriter json, ListedModel model) => AnthropicModelsWriter.WriteModel(json, AnthropicModelPages.RowOf(model));

    public override IChatEventWriter OpenEvents(AnswerContext context) => new EventWriter(IdOf(context), context.Model);

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst) =>
        AnthropicErrorWriter.WriteEvent(output, AnthropicErrors.Of(error), facts.RequestId);

    public override void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts) =>
        AnthropicErrorWriter.Write(output, AnthropicErrors.Of(error), facts.RequestId);

    public override int StatusOf(ConductorException error) => AnthropicErrors.StatusOf(error);

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => AnthropicResponseReader.Read(response);

    private static bool IsOwn(string id) => id.StartsWith("msg_", StringComparison.Ordinal);

    private static string IdOf(AnswerContext context)
    {
        const string Mark = "req_";
        return "msg_" + (context.RequestId.StartsWith(Mark, StringComparison.Ordinal) ? context.RequestId[Mark.Length..] : context.RequestId);
    }

    private sealed class EventWriter(string id, string model) : IChatEventWriter
    {
        private readonly AnthropicEventWriter _writer = new(id, model);

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update);

        public void Complete(IBufferWriter<byte> output, WireUsage? usage) => _writer.Complete(output, usage);
    }
}
