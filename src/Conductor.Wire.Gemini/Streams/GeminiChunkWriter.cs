using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>
/// One stream's pieces: updates to bytes. Keeps the promises of the dialect: one `responseId`, a finish reason in the last piece of each candidate only, usage beside it.
/// For one stream, not for two threads.
/// </summary>
/// <param name="id">`responseId`, the same in every piece.</param>
/// <param name="model">`modelVersion`: what the caller is told of the model.</param>
/// <param name="framing">How the pieces follow each other.</param>
/// <param name="showsThoughts">Whether the caller asked for thoughts (<see cref="GeminiPeek.ShowsThoughts"/>).</param>
public sealed class GeminiChunkWriter(string id, string model, GeminiFraming framing, bool showsThoughts = true)
{
    private readonly GeminiFrames _frames = new(framing);
    private readonly SortedDictionary<int, Candidate> _candidates = [];
    private readonly ArrayBufferWriter<byte> _piece = new(512);
    private WireUsage? _usage;

    /// <summary>The media type of the stream.</summary>
    public string ContentType => _frames.ContentType;

    /// <summary>Writes an update as one piece; nothing for an update without content. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        var extra = update.AdditionalProperties;
        var index = extra?.TryGetValue(ChatKeys.ChoiceIndex, out int given) == true ? given : 0;
        var candidate = Of(index);
        var contents = new List<AIContent>(update.Contents.Count);
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
            {
                _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
            }
            else if (content is TextReasoningContent thought && !showsThoughts)
            {
                if (candidate.Withhold(thought) is { } signed)
                {
                    contents.Add(signed);
                }
            }
            else if (CandidateWriter.IsSayable(content, showsThoughts) && candidate.Join(content) is { } whole)
            {
                contents.Add(whole);
            }
        }

        if (update.FinishReason is { } finish)
        {
            candidate.Finish ??= finish.Value;
            candidate.Native ??= extra?.TryGetValue(ChatKeys.NativeFinishReason, out string? native) == true ? native : null;
        }

        foreach (var (name, value) in extra ?? [])
        {
            if (name.StartsWith(GeminiKeys.Dialect + ":" + GeminiKeys.CandidatePath, StringComparison.Ordinal))
            {
                candidate.Kept[name] = value; // told once, at the end
            }
        }

        candidate.IsRefusal |= contents.Exists(content => content is ErrorContent);
        if (contents.Count > 0)
        {
            var logprobs = extra?.TryGetValue(ChatKeys.Logprobs, out var stated) == true ? stated : null;
            WritePiece(output, index, contents, null, logprobs, null, null);
        }
    }

    /// <summary>Ends a stream that succeeded: a last piece for each candidate with its finish reason, the usage, the array's end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    public void Complete(IBufferWriter<byte> output, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_candidates.Count == 0)
        {
            Of(0);
        }

        foreach (var (index, candidate) in _candidates)
        {
            WritePiece(
                output, index, candidate.Rest(), FinishReasons.Write(candidate.IsRefusal ? "content_filter" : candidate.Finish, candidate.Native), null, usage ?? _usage, candidate.Kept);
        }

        _frames.Complete(output);
    }

    /// <summary>Ends a stream that failed.</summary>
    public void Fail(IBufferWriter<byte> output, GeminiError error) => _frames.WriteError(output, error);

    private void WritePiece(
        IBufferWriter<byte> output, int index, List<AIContent> contents, string? finish, object? logprobs, WireUsage? usage, AdditionalPropertiesDictionary? kept)
    {
        _piece.ResetWrittenCount();
        WireJson.Write(_piece, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("candidates"u8);
            writer.WriteStartObject();
            CandidateWriter.WriteContent(writer, contents, showsThoughts);
            if (finish is not null)
            {
                writer.WriteString("finishReason"u8, finish);
            }

            writer.WriteNumber("index"u8, index);
            Logprobs.Write(writer, logprobs);
            CandidateWriter.WriteKept(writer, kept);
            writer.WriteEndObject();
            writer.WriteEndArray();
            if (usage is { } stated)
            {
                UsageWriter.Write(writer, stated);
            }

            writer.WriteString("modelVersion"u8, model);
            writer.WriteString("responseId"u8, id);
            writer.WriteEndObject();
        });
        _frames.Write(output, _piece.WrittenSpan);
    }

    private Candidate Of(int index)
    {
        if (!_candidates.TryGetValue(index, out var candidate))
        {
            _candidates[index] = candidate = new Candidate();
        }

        return candidate;
    }

    private sealed class Candidate
    {
        private readonly StringBuilder _withheld = new();
        private char? _text;
        private char? _thought;

        public string? Finish { get; set; }

        public string? Native { get; set; }

        public bool IsRefusal { get; set; }

        public AdditionalPropertiesDictionary Kept { get; } = [];

        /// <summary>
        /// A thought for a caller who did not ask for thoughts. Another maker's signature comes behind the text that it signs, and is worth nothing without: with it goes what was kept back.
        /// Null for what is kept.
        /// </summary>
        public TextReasoningContent? Withhold(TextReasoningContent thought)
        {
            if (thought.ProtectedData is null)
            {
                _withheld.Append(thought.Text);
                return null;
            }

            var whole = new TextReasoningContent(_withheld.Append(thought.Text).ToString()) { ProtectedData = thought.ProtectedData, AdditionalProperties = thought.AdditionalProperties };
            _withheld.Clear();
            return whole;
        }

        /// <summary>A pair of surrogates that two pieces share is put together: half of one is no text. Null where nothing whole is left.</summary>
        public AIContent? Join(AIContent content)
        {
            _withheld.Clear(); // what nobody signed
            switch (content)
            {
                case TextContent { Text.Length: > 0 } text when Split(text.Text, ref _text) is var whole && whole != text.Text:
                    return whole.Length > 0 ? new TextContent(whole) { AdditionalProperties = text.AdditionalProperties } : null;
                case TextReasoningContent { Text.Length: > 0 } thought when Split(thought.Text, ref _thought) is var whole && whole != thought.Text:
                    return whole.Length > 0 ? new TextReasoningContent(whole) { ProtectedData = thought.ProtectedData, AdditionalProperties = thought.AdditionalProperties } : null;
                default:
                    return content;
            }
        }

        /// <summary>What was kept back and never found its other half.</summary>
        public List<AIContent> Rest()
        {
            List<AIContent> rest = [];
            if (_thought is not null)
            {
                rest.Add(new TextReasoningContent("\ufffd"));
            }

            if (_text is not null)
            {
                rest.Add(new TextContent("\ufffd"));
            }

            return rest;
        }

        private static string Split(string text, ref char? half)
        {
            text = half + text;
            half = char.IsHighSurrogate(text[^1]) ? text[^1] : null;
            return half is null ? text : text[..^1];
        }
    }
}
