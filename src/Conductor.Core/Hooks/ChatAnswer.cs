using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Hooks;

/// <summary>
/// Takes a chat's answer through the hooks of its call, whole or update by update, the same way: text, thinking and refusals as runs that end where something else begins, the texts
/// inside a tool's arguments each by itself. What comes out of it depends on the answer, and not on where it was cut into updates.
/// </summary>
internal static class ChatAnswer
{
    // Keys of the canonical chat (Conductor.Wire.ChatKeys).
    private const string Choice = "openai.choice";
    private const string RawArguments = "openai.arguments";
    private const string Refusal = "Refusal";
    private const string Logprobs = "logprobs";
    private const string ThoughtSignature = "conductor.thought_signature";

    /// <summary>A whole answer. The one that came is left as it was.</summary>
    public static async Task<ChatResponse> ShowAsync(ChatResponse response, AnswerTexts texts, CancellationToken cancellationToken)
    {
        var messages = new List<ChatMessage>();
        foreach (var message in response.Messages)
        {
            var choice = ChoiceOf(message.AdditionalProperties);
            var contents = await TakeAsync(message.Contents, choice, texts, cancellationToken).ConfigureAwait(false);
            await EndAsync(contents, choice, texts, cancellationToken).ConfigureAwait(false);
            var copy = message.Clone();
            copy.Contents = Joined(contents);
            copy.RawRepresentation = null;
            copy.AdditionalProperties = WithoutLogprobs(message.AdditionalProperties, texts);
            messages.Add(copy);
        }

        await texts.AfterAsync(cancellationToken).ConfigureAwait(false);
        return new ChatResponse(messages)
        {
            ResponseId = response.ResponseId,
            ConversationId = response.ConversationId,
            ModelId = response.ModelId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            Usage = response.Usage,
            AdditionalProperties = WithoutLogprobs(response.AdditionalProperties, texts),
        };
    }

    /// <summary>An answer as it comes. An update that has nothing to say yet is left out.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> ShowAsync(
        IAsyncEnumerable<ChatResponseUpdate> updates, AnswerTexts texts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in updates.ConfigureAwait(false))
        {
            var choice = ChoiceOf(update.AdditionalProperties);
            var contents = await TakeAsync(update.Contents, choice, texts, cancellationToken).ConfigureAwait(false);
            if (update.FinishReason is not null)
            {
                await EndAsync(contents, choice, texts, cancellationToken).ConfigureAwait(false);
            }

            if (contents.Count > 0 || update.Contents.Count == 0 || update.FinishReason is not null)
            {
                yield return Copy(update, contents, texts);
            }
        }

        foreach (var choice in texts.OpenChoices)
        {
            var contents = new List<AIContent>();
            await EndAsync(contents, choice, texts, cancellationToken).ConfigureAwait(false);
            if (contents.Count > 0)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, contents) { AdditionalProperties = choice == 0 ? null : new() { [Choice] = choice } };
            }
        }

        await texts.AfterAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<List<AIContent>> TakeAsync(IEnumerable<AIContent> contents, int choice, AnswerTexts texts, CancellationToken cancellationToken)
    {
        var shown = new List<AIContent>();
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent text:
                    await RunAsync(shown, choice, HookTextKind.Assistant, text.Text, text, texts, cancellationToken).ConfigureAwait(false);
                    break;
                case TextReasoningContent reasoning:
                    await ThinkAsync(shown, choice, reasoning, texts, cancellationToken).ConfigureAwait(false);
                    break;
                case ErrorContent { ErrorCode: Refusal } refusal:
                    await RunAsync(shown, choice, HookTextKind.Refusal, refusal.Message, refusal, texts, cancellationToken).ConfigureAwait(false);
                    break;
                case FunctionCallContent function:
                    await EndAsync(shown, choice, texts, cancellationToken).ConfigureAwait(false);
                    shown.Add(await CallAsync(function, choice, texts, cancellationToken).ConfigureAwait(false));
                    break;
                case UsageContent:
                    shown.Add(content);
                    break;
                default:
                    await EndAsync(shown, choice, texts, cancellationToken).ConfigureAwait(false);
                    shown.Add(content);
                    break;
            }
        }

        return shown;
    }

    private static async ValueTask RunAsync(
        List<AIContent> shown, int choice, HookTextKind kind, string? text, AIContent content, AnswerTexts texts, CancellationToken cancellationToken)
    {
        if (texts.OpenOf(choice) is { } open && open.Kind != kind && !string.IsNullOrEmpty(text))
        {
            await EndAsync(shown, choice, texts, cancellationToken).ConfigureAwait(false);
        }

        var piece = string.IsNullOrEmpty(text) ? "" : await texts.AddAsync(choice, kind, text, cancellationToken).ConfigureAwait(false);
        var signature = content.AdditionalProperties?.GetValueOrDefault(ThoughtSignature);
        if (piece.Length > 0 || signature is not null)
        {
            // Of what stands beside a text only its signature goes on: citations and the like repeat parts of it.
            shown.Add(Of(kind, piece, signature is null ? null : new() { [ThoughtSignature] = signature }));
        }
    }

    // A signature is of all the thinking before it, as it was: where that was changed it opens nowhere.
    private static async ValueTask ThinkAsync(List<AIContent> shown, int choice, TextReasoningContent reasoning, AnswerTexts texts, CancellationToken cancellationToken)
    {
        if (reasoning.ProtectedData is null)
        {
            await RunAsync(shown, choice, HookTextKind.Reasoning, reasoning.Text, reasoning, texts, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (texts.OpenOf(choice) is { } other && other.Kind != HookTextKind.Reasoning)
        {
            await EndAsync(shown, choice, texts, cancellationToken).ConfigureAwait(false);
        }

        var whole = texts.OpenOf(choice);
        var first = reasoning.Text.Length == 0 ? "" : await texts.AddAsync(choice, HookTextKind.Reasoning, reasoning.Text, cancellationToken).ConfigureAwait(false);
        whole ??= texts.OpenOf(choice);
        var given = first + await texts.EndAsync(choice, cancellationToken).ConfigureAwait(false);
        var isAsItWas = whole is null || whole.IsAsItWas;
        if (isAsItWas || given.Length > 0)
        {
            shown.Add(new TextReasoningContent(given) { ProtectedData = isAsItWas ? reasoning.ProtectedData : null, AdditionalProperties = isAsItWas ? reasoning.AdditionalProperties : null });
        }
    }

    private static async ValueTask<FunctionCallContent> CallAsync(FunctionCallContent function, int choice, AnswerTexts texts, CancellationToken cancellationToken)
    {
        var slots = new TextSlots();
        var arguments = function.Arguments is null ? null : new Dictionary<string, object?>(function.Arguments, StringComparer.Ordinal);
        var members = function.AdditionalProperties?.Clone();
        foreach (var (name, value) in function.Arguments ?? new Dictionary<string, object?>())
        {
            slots.AddLoose(HookTextKind.ToolArgument, value, changed => arguments![name] = changed);
        }

        if (function.AdditionalProperties?.GetValueOrDefault(RawArguments) is string raw)
        {
            slots.Add(HookTextKind.ToolArgument, JsonStrings.Unescape(raw), changed => members![RawArguments] = changed);
        }

        foreach (var slot in slots.Texts)
        {
            slot.Text = await texts.WholeAsync(choice, slot.Kind, slot.Text, cancellationToken).ConfigureAwait(false);
        }

        return slots.Apply()
            ? new FunctionCallContent(function.CallId, function.Name, arguments) { AdditionalProperties = members, InformationalOnly = function.InformationalOnly }
            : function;
    }

    private static async ValueTask EndAsync(List<AIContent> shown, int choice, AnswerTexts texts, CancellationToken cancellationToken)
    {
        if (texts.OpenOf(choice) is { } open && await texts.EndAsync(choice, cancellationToken).ConfigureAwait(false) is { Length: > 0 } rest)
        {
            shown.Add(Of(open.Kind, rest, null));
        }
    }

    private static AIContent Of(HookTextKind kind, string text, AdditionalPropertiesDictionary? members) => kind switch
    {
        HookTextKind.Reasoning => new TextReasoningContent(text) { AdditionalProperties = members },
        HookTextKind.Refusal => new ErrorContent(text) { ErrorCode = Refusal, AdditionalProperties = members },
        _ => new TextContent(text) { AdditionalProperties = members },
    };

    // What was kept back of a text belongs to it: two contents in a row would be two blocks to some dialects.
    private static List<AIContent> Joined(List<AIContent> contents)
    {
        var joined = new List<AIContent>();
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent { AdditionalProperties: null } text when joined is [.., TextContent { AdditionalProperties: null } before]:
                    joined[^1] = new TextContent(before.Text + text.Text);
                    break;
                case TextReasoningContent { AdditionalProperties: null, ProtectedData: null } thinking when joined is [.., TextReasoningContent { AdditionalProperties: null, ProtectedData: null } before]:
                    joined[^1] = new TextReasoningContent(before.Text + thinking.Text);
                    break;
                case ErrorContent { ErrorCode: Refusal } refusal when joined is [.., ErrorContent { ErrorCode: Refusal } before]:
                    joined[^1] = new ErrorContent(before.Message + refusal.Message) { ErrorCode = Refusal };
                    break;
                default:
                    joined.Add(content);
                    break;
            }
        }

        return joined;
    }

    private static ChatResponseUpdate Copy(ChatResponseUpdate update, List<AIContent> contents, AnswerTexts texts)
    {
        var copy = update.Clone();
        copy.Contents = contents;
        copy.RawRepresentation = null;
        copy.AdditionalProperties = WithoutLogprobs(update.AdditionalProperties, texts);
        return copy;
    }

    // They spell the text as it was.
    private static AdditionalPropertiesDictionary? WithoutLogprobs(AdditionalPropertiesDictionary? members, AnswerTexts texts)
    {
        if (members?.ContainsKey(Logprobs) != true)
        {
            return members;
        }

        texts.Call.Drop([Logprobs]);
        var rest = members.Clone();
        rest.Remove(Logprobs);
        return rest;
    }

    private static int ChoiceOf(AdditionalPropertiesDictionary? members) => members?.TryGetValue(Choice, out int choice) == true ? choice : 0;
}
