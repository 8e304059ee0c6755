using System.Buffers;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Routing;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.OpenAI;

/// <content>What is written: typed answers as bytes, streams, lists, errors.</content>
internal partial class OpenAIDialect
{
    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) =>
        OpenAIResponseWriter.Write(output, response, response.ResponseId ?? IdOf(context), context.Model, response.CreatedAt ?? context.Now, context.Usage);

    public override void WriteEmbeddings(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, AnswerContext context)
    {
        var wantsBase64 = OpenAIEmbeddingsReader.ReadRequest(context.Body.Bytes.Span).WantsBase64;
        OpenAIEmbeddingsWriter.WriteResponse(output, vectors, context.Model, context.Usage, wantsBase64);
    }

    public override void WriteModels(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query) => OpenAIModelList.Write(json, models);

    public override void WriteModel(Utf8JsonWriter json, ListedModel model) => OpenAIModelList.Write(json, model);

    public override IChatEventWriter OpenEvents(AnswerContext context) => new ChunkWriter(context);

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst)
    {
        output.Write("data: "u8);
        OpenAIErrorBody.Write(output, error, facts);
        output.Write("\n\n"u8);
    }

    public override void WriteError(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts) => OpenAIErrorBody.Write(output, error, facts);

    protected override ChatResponse ReadChat(ReadOnlySpan<byte> response) => OpenAIResponseReader.Read(response);

    private static string IdOf(AnswerContext context) => $"chatcmpl-{context.RequestId}";

    private sealed class ChunkWriter(AnswerContext context) : IChatEventWriter
    {
        private readonly OpenAIChunkWriter _writer = new(IdOf(context), context.Model, context.Now, context.Body.Peek.WantsUsage);

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update);

        public void Complete(IBufferWriter<byte> output, WireUsage? usage) => _writer.Complete(output, usage);
    }
}
