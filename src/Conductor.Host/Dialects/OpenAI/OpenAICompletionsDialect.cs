using System.Buffers;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.OpenAI;

/// <summary>OpenAI's `/v1/completions`, the older of its two ways to ask for text. A target without it is asked as a chat.</summary>
internal sealed class OpenAICompletionsDialect : OpenAIDialect
{
    public override DialectPeek Peek(ReadOnlyMemory<byte> body) => Translate(WireTranslation.Ask(() => OpenAIPeek.ReadCompletion(body.Span)));

    public override DialectPeek Peek(ReadOnlyMemory<byte> body, RawEndpoint endpoint) => Peek(body);

    public override ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var losses = new LossReport();
        var request = WireTranslation.Ask(() => OpenAICompletionsReader.Read(body.Span, losses));
        return new ChatRequest(request.Chat.Messages, request.Chat.Options) { Dropped = losses.Dropped, Changed = losses.Changed };
    }

    public override TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        try
        {
            return WireTranslation.ToTokenUsage(OpenAIScan.ScanCompletion(response));
        }
        catch (WireResponseException failure)
        {
            throw WireTranslation.ToException(failure, OpenAIErrorClassifier.Classify);
        }
    }

    public override void WriteChat(IBufferWriter<byte> output, ChatResponse response, AnswerContext context) =>
        OpenAICompletionsWriter.Write(output, response, HeadOf(context), EchoOf(context), context.Usage, context.Losses);

    public override IChatEventWriter OpenEvents(AnswerContext context) => new PieceWriter(context);

    private static CompletionHead HeadOf(AnswerContext context) => new($"cmpl-{context.RequestId}", context.Model, context.Now);

    private static string EchoOf(AnswerContext context) =>
        OpenAICompletionsReader.Read(context.Body.Bytes.Span, new LossReport()) is { Echo: true, Prompt: var prompt } ? prompt : "";

    private sealed class PieceWriter(AnswerContext context) : IChatEventWriter
    {
        private readonly OpenAICompletionChunkWriter _writer = new(HeadOf(context), EchoOf(context), context.Body.Peek.WantsUsage, context.Losses);

        public void Write(IBufferWriter<byte> output, ChatResponseUpdate update) => _writer.Write(output, update);

        public void Complete(IBufferWriter<byte> output, WireUsage? usage) => _writer.Complete(output, usage);
    }
}
