using System.Buffers;
using Conductor.Calls;
using Conductor.Wire;
using Conductor.Wire.Anthropic;
using Conductor.Wire.Gemini;
using Conductor.Wire.Ollama;
using Conductor.Wire.OpenAI;
using Conductor.Wire.Responses;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Prove;

/// <summary>The dialects that are proved, each with its own readers and writers.</summary>
internal static class ProvedDialects
{
    public static IReadOnlyList<ProvedDialect> All { get; } = [new OpenAI(), new Responses(), new Anthropic(), new Gemini(), new Ollama()];

    private sealed class OpenAI : ProvedDialect
    {
        public override string Name => "openai";

        public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Choices | AnswerWords.Logprobs | AnswerWords.CacheWrites | AnswerWords.AudioTokens | AnswerWords.ImageTokens;

        public override (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request)
        {
            var output = new ArrayBufferWriter<byte>();
            var losses = OpenAIRequestWriter.Write(output, Model, request.Messages, request.Options, isStreaming: false);
            return (output.WrittenSpan.ToArray(), losses);
        }

        public override ChatRequest ReadRequest(ReadOnlySpan<byte> body)
        {
            var request = OpenAIRequestReader.Read(body);
            return new ChatRequest(request.Messages, request.Options);
        }

        protected override byte[] WriteAnswer(ChatResponse answer)
        {
            var output = new ArrayBufferWriter<byte>();
            OpenAIResponseWriter.Write(output, answer, "chatcmpl-1", Model, Then, UsageOf(answer));
            return output.WrittenSpan.ToArray();
        }

        public override ChatResponse ReadAnswer(ReadOnlySpan<byte> body) => OpenAIResponseReader.Read(body);

        protected override byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new OpenAIChunkWriter("chatcmpl-1", Model, Then, wantsUsage: true);
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.Complete(output);
            return output.WrittenSpan.ToArray();
        }

        public override byte[] Replay(byte[] answer) => Replays.OpenAI(Replays.OpenAIMessage(answer));

        public override async Task<byte[]> ReplayStreamAsync(byte[] stream) => Replays.OpenAI(await Replays.OpenAIMessageAsync(stream));

        public override Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body)
        {
            var reader = new OpenAIChunkReader();
            return ReadEventsAsync(body, (data, updates) => reader.Read(data.Span, updates), reader.Complete);
        }
    }

    private sealed class Responses : ProvedDialect
    {
        private static readonly ResponsesHead Head = new("resp_1", Model, Then, ResponsesEcho.Empty);

        public override string Name => "responses";

        public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Logprobs | AnswerWords.CacheWrites;

        public override (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request)
        {
            var output = new ArrayBufferWriter<byte>();
            var losses = LossReport.For(request.Options);
            ResponsesRequestWriter.Write(output, Model, request.Messages, request.Options, isStreaming: false, losses);
            return (output.WrittenSpan.ToArray(), losses);
        }

        public override ChatRequest ReadRequest(ReadOnlySpan<byte> body)
        {
            var request = ResponsesRequestReader.Read(body);
            return new ChatRequest(request.Messages, request.Options);
        }

        public override ChatResponse ReadAnswer(ReadOnlySpan<byte> body) => ResponsesAnswerReader.Read(body);

        public override byte[] Replay(byte[] answer) => Replays.Responses(Replays.ResponsesOutput(answer));

        public override async Task<byte[]> ReplayStreamAsync(byte[] stream) => Replays.Responses(await Replays.ResponsesOutputAsync(stream));

        public override Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body)
        {
            var reader = new ResponsesEventReader();
            return ReadEventsAsync(body, (data, updates) => reader.Read(data.Span, updates), reader.Complete);
        }

        protected override byte[] WriteAnswer(ChatResponse answer)
        {
            var output = new ArrayBufferWriter<byte>();
            ResponsesAnswerWriter.Write(output, answer, Head, isStored: false, UsageOf(answer));
            return output.WrittenSpan.ToArray();
        }

        protected override byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new ResponsesEventWriter(Head, isStored: false);
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.End(output);
            writer.Complete(output, writer.Response(isStored: false));
            return output.WrittenSpan.ToArray();
        }
    }

    private sealed class Anthropic : ProvedDialect
    {
        private static readonly AnthropicTarget Target = new(4096);

        public override string Name => "anthropic";

        public override AnswerWords Words => AnswerWords.Usual | AnswerWords.StopSequence | AnswerWords.CacheWrites | AnswerWords.CacheTimes;

        public override (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request)
        {
            var output = new ArrayBufferWriter<byte>();
            var losses = AnthropicRequestWriter.Write(output, Model, request.Messages, request.Options, Target, isStreaming: false);
            return (output.WrittenSpan.ToArray(), losses);
        }

        public override ChatRequest ReadRequest(ReadOnlySpan<byte> body)
        {
            var request = AnthropicRequestReader.Read(body);
            return new ChatRequest(request.Messages, request.Options);
        }

        protected override byte[] WriteAnswer(ChatResponse answer)
        {
            var output = new ArrayBufferWriter<byte>();
            AnthropicResponseWriter.Write(output, answer, "msg_1", Model, UsageOf(answer));
            return output.WrittenSpan.ToArray();
        }

        public override ChatResponse ReadAnswer(ReadOnlySpan<byte> body) => AnthropicResponseReader.Read(body);

        protected override byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new AnthropicEventWriter("msg_1", Model);
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.Complete(output);
            return output.WrittenSpan.ToArray();
        }

        public override byte[] Replay(byte[] answer) => Replays.Anthropic(Replays.AnthropicContent(answer));

        public override async Task<byte[]> ReplayStreamAsync(byte[] stream) => Replays.Anthropic(await Replays.AnthropicContentAsync(stream));

        public override Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body)
        {
            var reader = new AnthropicEventReader();
            return ReadEventsAsync(body, (data, updates) => reader.Read(data.Span, updates), reader.Complete);
        }
    }

    private sealed class Gemini : ProvedDialect
    {
        public override string Name => "gemini";

        public override AnswerWords Words => AnswerWords.Usual | AnswerWords.Choices | AnswerWords.Logprobs | AnswerWords.AudioTokens | AnswerWords.ImageTokens | AnswerWords.Media;

        public override (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request)
        {
            var output = new ArrayBufferWriter<byte>();
            var losses = GeminiRequestWriter.Write(output, Model, request.Messages, request.Options);
            return (output.WrittenSpan.ToArray(), losses);
        }

        public override ChatRequest ReadRequest(ReadOnlySpan<byte> body)
        {
            var request = GeminiRequestReader.Read(body);
            return new ChatRequest(request.Messages, request.Options);
        }

        protected override byte[] WriteAnswer(ChatResponse answer)
        {
            var output = new ArrayBufferWriter<byte>();
            GeminiResponseWriter.Write(output, answer, "resp-1", Model, UsageOf(answer));
            return output.WrittenSpan.ToArray();
        }

        public override ChatResponse ReadAnswer(ReadOnlySpan<byte> body) => GeminiResponseReader.Read(body);

        protected override byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new GeminiChunkWriter("resp-1", Model, GeminiFraming.Events);
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.Complete(output);
            return output.WrittenSpan.ToArray();
        }

        public override byte[] Replay(byte[] answer) => Replays.Gemini(Replays.GeminiContent(answer));

        public override async Task<byte[]> ReplayStreamAsync(byte[] stream) => Replays.Gemini(await Replays.GeminiContentAsync(stream));

        public override Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body)
        {
            var reader = new GeminiChunkReader();
            return ReadEventsAsync(body, (data, updates) => reader.Read(data.Span, updates), reader.Complete);
        }
    }

    private sealed class Ollama : ProvedDialect
    {
        public override string Name => "ollama";

        public override AnswerWords Words => AnswerWords.Logprobs;

        public override (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request)
        {
            var output = new ArrayBufferWriter<byte>();
            var losses = OllamaChatWriter.Write(output, Model, request.Messages, request.Options, new OllamaServing { Think = OllamaThink.Asked(request.Options) }, isStreaming: false);
            return (output.WrittenSpan.ToArray(), losses);
        }

        public override ChatRequest ReadRequest(ReadOnlySpan<byte> body)
        {
            var request = OllamaRequestReader.ReadChat(body);
            return new ChatRequest(request.Messages, request.Options);
        }

        public override ChatResponse ReadAnswer(ReadOnlySpan<byte> body) => OllamaChunkReader.ReadWhole(body);

        public override byte[] Replay(byte[] answer) => Replays.OpenAI(Replays.OllamaMessage(answer));

        public override async Task<byte[]> ReplayStreamAsync(byte[] stream) => Replays.OpenAI(await Replays.OllamaMessageAsync(stream));

        public override async Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body)
        {
            var reader = new OllamaChunkReader();
            var updates = new List<ChatResponseUpdate>();
            using var lines = new NdjsonReader(new MemoryStream(body), SseReader.DefaultMaxEventBytes);
            while (await lines.ReadAsync(CancellationToken.None))
            {
                if (reader.Read(lines.Line.Span) is { } update)
                {
                    updates.Add(update);
                }
            }

            return updates;
        }

        protected override byte[] WriteAnswer(ChatResponse answer)
        {
            var output = new ArrayBufferWriter<byte>();
            OllamaAnswerWriter.WriteWhole(output, answer, Model, isGenerate: false, Then, default, UsageOf(answer));
            return output.WrittenSpan.ToArray();
        }

        protected override byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new OllamaAnswerWriter(Model, isGenerate: false);
            foreach (var update in updates)
            {
                writer.Write(output, update, Then);
            }

            writer.Complete(output, Then, default, null);
            return output.WrittenSpan.ToArray();
        }
    }
}
