using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>The top-level members that are checked before a body goes on as bytes.</summary>
internal enum KnownMember
{
    Unknown, Model, Provider, Stream, StreamOptions, Temperature, TopP, FrequencyPenalty, PresencePenalty, MaxTokens, MaxCompletionTokens, N, TopLogprobs,
    Seed, Dimensions, Logprobs, ParallelToolCalls, Store, User, ReasoningEffort, EncodingFormat, ResponseFormat, LogitBias, Metadata, Tools, ToolChoice, Stop,
    Messages, Input,
}

/// <summary>Names and limits of <see cref="KnownMember"/>.</summary>
internal static class KnownMembers
{
    /// <summary>OpenAI's own limits: `n` at most 128, four stop strings. No model makes vectors near 65,536 numbers.</summary>
    public const int MaxChoices = 128;
    public const int MaxStops = 4;
    public const int MaxDimensions = 65_536;

    public static KnownMember Find(ref Utf8JsonReader reader)
    {
        // An escaped name ("\u006dodel") is still the member; comparing lengths first is only right for plain ones.
        if (reader.ValueIsEscaped)
        {
            for (var member = KnownMember.Model; member <= KnownMember.Input; member++)
            {
                if (reader.ValueTextEquals(NameOf(member)))
                {
                    return member;
                }
            }

            return KnownMember.Unknown;
        }

        var name = reader.ValueSpan;
        return name.Length switch
        {
            1 when name[0] == (byte)'n' => KnownMember.N,
            4 => name.SequenceEqual("stop"u8) ? KnownMember.Stop
                : name.SequenceEqual("seed"u8) ? KnownMember.Seed
                : name.SequenceEqual("user"u8) ? KnownMember.User : KnownMember.Unknown,
            5 => name.SequenceEqual("model"u8) ? KnownMember.Model
                : name.SequenceEqual("tools"u8) ? KnownMember.Tools
                : name.SequenceEqual("top_p"u8) ? KnownMember.TopP
                : name.SequenceEqual("input"u8) ? KnownMember.Input
                : name.SequenceEqual("store"u8) ? KnownMember.Store : KnownMember.Unknown,
            6 when name.SequenceEqual("stream"u8) => KnownMember.Stream,
            8 => name.SequenceEqual("messages"u8) ? KnownMember.Messages
                : name.SequenceEqual("provider"u8) ? KnownMember.Provider
                : name.SequenceEqual("logprobs"u8) ? KnownMember.Logprobs
                : name.SequenceEqual("metadata"u8) ? KnownMember.Metadata : KnownMember.Unknown,
            10 => name.SequenceEqual("max_tokens"u8) ? KnownMember.MaxTokens
                : name.SequenceEqual("logit_bias"u8) ? KnownMember.LogitBias
                : name.SequenceEqual("dimensions"u8) ? KnownMember.Dimensions : KnownMember.Unknown,
            11 => name.SequenceEqual("temperature"u8) ? KnownMember.Temperature
                : name.SequenceEqual("tool_choice"u8) ? KnownMember.ToolChoice : KnownMember.Unknown,
            12 when name.SequenceEqual("top_logprobs"u8) => KnownMember.TopLogprobs,
            14 when name.SequenceEqual("stream_options"u8) => KnownMember.StreamOptions,
            15 => name.SequenceEqual("response_format"u8) ? KnownMember.ResponseFormat
                : name.SequenceEqual("encoding_format"u8) ? KnownMember.EncodingFormat : KnownMember.Unknown,
            16 => name.SequenceEqual("presence_penalty"u8) ? KnownMember.PresencePenalty
                : name.SequenceEqual("reasoning_effort"u8) ? KnownMember.ReasoningEffort : KnownMember.Unknown,
            17 when name.SequenceEqual("frequency_penalty"u8) => KnownMember.FrequencyPenalty,
            19 when name.SequenceEqual("parallel_tool_calls"u8) => KnownMember.ParallelToolCalls,
            21 when name.SequenceEqual("max_completion_tokens"u8) => KnownMember.MaxCompletionTokens,
            _ => KnownMember.Unknown,
        };
    }

    public static string NameOf(KnownMember member) => member switch
    {
        KnownMember.Model => "model",
        KnownMember.Provider => "provider",
        KnownMember.Stream => "stream",
        KnownMember.StreamOptions => "stream_options",
        KnownMember.Temperature => "temperature",
        KnownMember.TopP => "top_p",
        KnownMember.FrequencyPenalty => "frequency_penalty",
        KnownMember.PresencePenalty => "presence_penalty",
        KnownMember.MaxTokens => "max_tokens",
        KnownMember.MaxCompletionTokens => "max_completion_tokens",
        KnownMember.N => "n",
        KnownMember.TopLogprobs => "top_logprobs",
        KnownMember.Seed => "seed",
        KnownMember.Dimensions => "dimensions",
        KnownMember.Logprobs => "logprobs",
        KnownMember.ParallelToolCalls => "parallel_tool_calls",
        KnownMember.Store => "store",
        KnownMember.User => "user",
        KnownMember.ReasoningEffort => "reasoning_effort",
        KnownMember.EncodingFormat => "encoding_format",
        KnownMember.ResponseFormat => "response_format",
        KnownMember.LogitBias => "logit_bias",
        KnownMember.Metadata => "metadata",
        KnownMember.Tools => "tools",
        KnownMember.ToolChoice => "tool_choice",
        KnownMember.Stop => "stop",
        KnownMember.Messages => "messages",
        KnownMember.Input => "input",
        _ => "",
    };
}
