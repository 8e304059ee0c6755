namespace Conductor.Wire;

/// <summary>
/// The canonical chat is Microsoft.Extensions.AI's types; these are the keys of `AdditionalProperties` by which what they have no member for survives.
/// Besides these, what OpenAI's dialect has a member for stands under its name there (`user`, `metadata`, `logit_bias`, `n`, `logprobs`, `detail` …) as a
/// <see cref="System.Text.Json.JsonElement"/>, whatever dialect it came from; what only another dialect has stands under <see cref="Of"/>.
/// </summary>
/// <remarks>Values are strings, booleans, integers and JsonElement only, so that two copies of this assembly understand each other.</remarks>
public static class ChatKeys
{
    /// <summary>On <c>ChatOptions</c>: <c>bool</c>, refuse what would be lost instead of leaving it out.</summary>
    public const string RefuseLosses = "conductor.refuse_losses";

    /// <summary>On <c>ChatOptions</c> and on a tool: <c>bool</c>, hold the answer (or the arguments) exactly to the schema.</summary>
    public const string Strict = "strict";

    /// <summary>On <c>ChatOptions</c>: <c>long</c>, how many tokens may go into thinking (Anthropic's `budget_tokens`, Gemini's `thinkingBudget`).</summary>
    public const string ThinkingBudget = "conductor.thinking_budget";

    /// <summary>On a tool that is no function: its whole JSON object, in OpenAI's form.</summary>
    public const string RawTool = "openai.tool";

    /// <summary>On a function call: its arguments' text, where it is not a JSON object.</summary>
    public const string RawArguments = "openai.arguments";

    /// <summary>On a message of an answer with several choices, and on an update: <c>int</c>, which choice it belongs to.</summary>
    public const string ChoiceIndex = "openai.choice";

    /// <summary>On a message of an answer with several choices: <c>string</c>, that choice's own finish reason.</summary>
    public const string ChoiceFinishReason = "openai.finish_reason";

    /// <summary>On a content part of a kind that OpenAI's reader does not know: its whole JSON object.</summary>
    public const string RawPart = "openai.part";

    /// <summary>The <c>ErrorContent.ErrorCode</c> of a refusal.</summary>
    public const string Refusal = "Refusal";

    /// <summary>On an answer and an update: log probabilities as OpenAI writes them, `{"content":[…],"refusal":…}`.</summary>
    public const string Logprobs = "logprobs";

    /// <summary>On an answer and an update that finishes: <c>string</c>, the stop sequence that ended it.</summary>
    public const string StopSequence = "conductor.stop_sequence";

    /// <summary>On an answer and an update that finishes: <c>string</c>, the dialect and its own word for the end where that says more than the finish reason, for example `anthropic:pause_turn`.</summary>
    public const string NativeFinishReason = "conductor.finish_reason";

    /// <summary>On a content and a tool: a cache breakpoint as Anthropic writes it, `{"type":"ephemeral","ttl":"5m"}`.</summary>
    public const string CacheControl = "cache_control";

    /// <summary>On a reasoning content: <c>string</c>, whose signature its <c>ProtectedData</c> is: `anthropic`, `gemini` or `openai`.</summary>
    public const string SignatureMaker = "conductor.signature_maker";

    /// <summary>On a reasoning content without text: <c>bool</c>, its <c>ProtectedData</c> is thinking that was withheld (Anthropic's `redacted_thinking`).</summary>
    public const string Redacted = "conductor.redacted";

    /// <summary>On a text and a function call: <c>string</c>, Gemini's `thoughtSignature` beside it. In OpenAI's dialect `extra_content.google.thought_signature`.</summary>
    public const string ThoughtSignature = "conductor.thought_signature";

    /// <summary>On a function's result: <c>bool</c>, the tool failed.</summary>
    public const string ToolFailed = "conductor.is_error";

    /// <summary>On a function's result: <c>string</c>, the function's name, where the dialect says it there.</summary>
    public const string ToolName = "conductor.tool_name";

    /// <summary>The key of a member that only one dialect has: `anthropic:inference_geo`, `gemini:safetySettings`, `ollama:keep_alive`.</summary>
    /// <param name="dialect">The dialect's name, lower case.</param>
    /// <param name="member">The member's name as the dialect writes it; for nested ones a path, `generationConfig.mediaResolution`.</param>
    public static string Of(string dialect, string member) => $"{dialect}:{member}";

    /// <summary>Whether a key is a note between Conductor's own parts, which never goes over the wire.</summary>
    public static bool IsNote(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith("openai.", StringComparison.Ordinal) || key.StartsWith("conductor.", StringComparison.Ordinal);
    }

    /// <summary>Splits the key of a member that only one dialect has; false for any other key.</summary>
    public static bool TrySplit(string key, out string dialect, out string member)
    {
        ArgumentNullException.ThrowIfNull(key);
        var at = key.IndexOf(':', StringComparison.Ordinal);
        (dialect, member) = at > 0 ? (key[..at], key[(at + 1)..]) : ("", key);
        return at > 0;
    }
}
