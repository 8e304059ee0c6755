using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Microsoft.Extensions.AI;

namespace Conductor.Hooks;

/// <summary>The texts that a call asks with, and the call with other texts in their places. The caller's own objects are never written to.</summary>
internal sealed class CallTexts
{
    // Keys of the canonical chat (Conductor.Wire.ChatKeys): values that are signatures or notes, and no text.
    private static readonly string[] NoText = ["conductor.thought_signature", "conductor.signature_maker", "conductor.tool_name"];

    private readonly TextSlots _slots = new();
    private readonly Action _replace;

    private CallTexts(ModelCall call) => _replace = call switch
    {
        ChatCall chat => Chat(chat.Request, chat.Replace),
        TokenCountCall count => Chat(count.Request, count.Replace),
        EmbeddingCall embedding => Embedding(embedding.Request, embedding.Replace),
        OperationCall operation => Operation(operation),
        _ => throw new NotSupportedException($"The texts of a {call.GetType().Name} are not known."),
    };

    /// <summary>The texts, in the order in which they stand in the request.</summary>
    public IReadOnlyList<HookText> Texts => _slots.Texts;

    /// <summary>Reads a call's texts.</summary>
    /// <exception cref="ConductorException">The request is wrong, or holds what cannot be looked at.</exception>
    public static CallTexts Of(ModelCall call) => new(call);

    /// <summary>Puts changed texts into the call.</summary>
    public void Apply()
    {
        if (_slots.Apply())
        {
            _replace();
        }
    }

    private Action Chat(ChatRequest request, Action<ChatRequest> replace)
    {
        var options = request.Options.Clone();
        _slots.Add(HookTextKind.System, options.Instructions, text => options.Instructions = text);
        Members(HookTextKind.User, options.AdditionalProperties, copy => options.AdditionalProperties = copy);
        var messages = request.Messages.Select(message => Message(message)).ToList();
        return () => replace(request with { Messages = messages, Options = options });
    }

    private ChatMessage Message(ChatMessage message)
    {
        var copy = message.Clone();
        copy.Contents = [.. message.Contents];
        Members(KindOf(message.Role), message.AdditionalProperties, members => copy.AdditionalProperties = members);
        for (var i = 0; i < copy.Contents.Count; i++)
        {
            Content(copy.Contents, i, KindOf(message.Role));
        }

        return copy;
    }

    private void Content(IList<AIContent> contents, int at, HookTextKind kind)
    {
        var content = contents[at];
        switch (content)
        {
            case TextContent text:
                _slots.Add(kind, text.Text, changed => contents[at] = new TextContent(changed) { AdditionalProperties = contents[at].AdditionalProperties });
                break;
            case TextReasoningContent reasoning: // a signature is of the text as it was
                _slots.Add(HookTextKind.Reasoning, reasoning.Text, changed => contents[at] = new TextReasoningContent(changed));
                break;
            case ErrorContent error:
                _slots.Add(HookTextKind.Refusal, error.Message, changed => contents[at] = new ErrorContent(changed) { ErrorCode = error.ErrorCode, Details = error.Details });
                break;
            case DataContent data when data.HasTopLevelMediaType("text"): // a document as text
                _slots.Add(kind, Encoding.UTF8.GetString(data.Data.Span), changed => contents[at] = new DataContent(Encoding.UTF8.GetBytes(changed), data.MediaType) { Name = data.Name, AdditionalProperties = contents[at].AdditionalProperties });
                break;
            case FunctionCallContent call:
                Arguments(contents, at, call);
                break;
            case FunctionResultContent result when result.Result is IEnumerable<AIContent> parts:
                IList<AIContent> inner = [.. parts];
                contents[at] = new FunctionResultContent(result.CallId, inner) { AdditionalProperties = result.AdditionalProperties };
                for (var i = 0; i < inner.Count; i++)
                {
                    Content(inner, i, HookTextKind.ToolResult);
                }

                break;
            case FunctionResultContent result:
                _slots.AddLoose(HookTextKind.ToolResult, result.Result, changed => contents[at] = new FunctionResultContent(result.CallId, changed) { AdditionalProperties = contents[at].AdditionalProperties });
                break;
        }

        if (content is not FunctionCallContent)
        {
            Members(kind, content.AdditionalProperties, members => contents[at] = WithMembers(contents[at], members));
        }
    }

    private void Arguments(IList<AIContent> contents, int at, FunctionCallContent call)
    {
        var arguments = call.Arguments is null ? null : new Dictionary<string, object?>(call.Arguments, StringComparer.Ordinal);
        var members = call.AdditionalProperties?.Clone();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
        {
            _slots.AddLoose(HookTextKind.ToolArgument, value, changed => arguments![name] = changed);
        }

        foreach (var (name, value) in call.AdditionalProperties ?? [])
        {
            if (!NoText.Contains(name))
            {
                _slots.AddLoose(HookTextKind.ToolArgument, value is string text ? JsonStrings.Unescape(text) : value, changed => members![name] = changed);
            }
        }

        contents[at] = new FunctionCallContent(call.CallId, call.Name, arguments) { AdditionalProperties = members, InformationalOnly = call.InformationalOnly };
    }

    // What stands beside the texts: `user`, `metadata`, documents as their dialect has them …
    private void Members(HookTextKind kind, AdditionalPropertiesDictionary? members, Action<AdditionalPropertiesDictionary> replace)
    {
        if (members is null)
        {
            return;
        }

        AdditionalPropertiesDictionary? copy = null;
        foreach (var (name, value) in members)
        {
            if (value is string or JsonElement && !NoText.Contains(name))
            {
                _slots.AddLoose(kind, value, changed =>
                {
                    if (copy is null)
                    {
                        replace(copy = members.Clone());
                    }

                    copy[name] = changed;
                });
            }
        }
    }

    private static AIContent WithMembers(AIContent content, AdditionalPropertiesDictionary members)
    {
        AIContent copy = content switch
        {
            TextContent text => new TextContent(text.Text),
            TextReasoningContent reasoning => new TextReasoningContent(reasoning.Text) { ProtectedData = reasoning.ProtectedData },
            ErrorContent error => new ErrorContent(error.Message) { ErrorCode = error.ErrorCode, Details = error.Details },
            FunctionResultContent result => new FunctionResultContent(result.CallId, result.Result),
            DataContent data => new DataContent(data.Uri, data.MediaType) { Name = data.Name },
            UriContent uri => new UriContent(uri.Uri, uri.MediaType),
            _ => new AIContent(),
        };
        copy.AdditionalProperties = members;
        return copy;
    }

    private Action Embedding(EmbeddingRequest request, Action<EmbeddingRequest> replace)
    {
        if (request.Tokens is not null)
        {
            throw new InvalidRequestException("Token ids cannot be looked at by the hooks that this key's calls go through. Send texts.", "input", "unsupported_parameter");
        }

        var inputs = request.Inputs?.ToArray() ?? [];
        for (var i = 0; i < inputs.Length; i++)
        {
            var at = i;
            _slots.Add(HookTextKind.User, inputs[at], text => inputs[at] = text);
        }

        return () => replace(request with { Inputs = inputs });
    }

    private Action Operation(OperationCall call)
    {
        var payload = JsonElement.Parse(call.Payload.Span);
        var changed = payload;
        _slots.AddJson(HookTextKind.User, payload, with => changed = with);
        var embedding = call.Embedding;
        var set = embedding is null ? null : Embedding(embedding, with => embedding = with);
        return () =>
        {
            set?.Invoke();
            call.Replace(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(changed).ToArray(), embedding);
        };
    }

    private static HookTextKind KindOf(ChatRole role) =>
        role == ChatRole.System || role == new ChatRole("developer") ? HookTextKind.System
        : role == ChatRole.Assistant ? HookTextKind.Assistant
        : role == ChatRole.Tool ? HookTextKind.ToolResult
        : HookTextKind.User;
}
