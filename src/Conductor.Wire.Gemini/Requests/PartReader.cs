using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Gives the id of a function call or a result, and whether it is never to be said on this wire.</summary>
/// <param name="place">The call or the result.</param>
/// <param name="id">What it says itself; null for nothing.</param>
/// <param name="name">The function's name.</param>
internal delegate (string Id, bool IsSilent) IdSource(RequestElement place, string? id, string name);

/// <summary>One part of a content, of a request or of an answer.</summary>
internal static class PartReader
{
    // Of these a part holds at most one; whatever else stands in it stands beside it.
    private static readonly string[] Kinds = ["text", "inlineData", "fileData", "functionCall", "functionResponse"];
    private static readonly string[] Foreign = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse", "audioTranscription"];

    public static AIContent Read(RequestElement part, IdSource callId, IdSource resultId)
    {
        string? kind = null;
        RequestElement data = default;
        RequestElement thought = default, signature = default;
        var beside = new List<(string Name, JsonElement Value)>();
        foreach (var (name, member) in part.Members())
        {
            if (name is "thought")
            {
                thought = member;
            }
            else if (name is "thoughtSignature")
            {
                signature = member;
            }
            else if (Kinds.Contains(name) || Foreign.Contains(name))
            {
                (kind, data) = kind is null ? (name, member) : throw part.Invalid($"holds '{kind}' and '{name}'; a part holds one of them");
            }
            else
            {
                beside.Add((name, member.Value));
            }
        }

        if (Foreign.Contains(kind) || (kind is null && beside.Count > 0))
        {
            // Code that ran, a tool of Google's, and whatever comes next: not understood, not lost.
            return new AIContent { AdditionalProperties = new() { [GeminiKeys.Part] = part.Value } };
        }

        var isThought = thought.Value.ValueKind != JsonValueKind.Undefined && (thought.OptionalBoolean() ?? false);
        var sign = signature.Value.ValueKind == JsonValueKind.Undefined ? null : signature.String() is { Length: > 0 } text ? text : null;
        if (kind is "text" or null && isThought)
        {
            var reasoning = new TextReasoningContent(kind is null ? "" : data.String());
            if (sign is not null)
            {
                ForeignSignature.Read(reasoning, sign);
            }

            return Finish(reasoning, beside);
        }

        if (kind is null && sign is null)
        {
            throw part.Invalid("is empty; give 'text', 'inlineData', 'fileData', 'functionCall' or 'functionResponse'");
        }

        AIContent content = kind switch
        {
            "text" => new TextContent(data.String()),
            "inlineData" => ReadInline(data),
            "fileData" => ReadFile(data),
            "functionCall" => ReadCall(data, callId),
            "functionResponse" => ReadResult(data, resultId),
            _ => new TextContent(""), // a stream's last part may hold a signature only
        };
        if (sign is not null)
        {
            (content.AdditionalProperties ??= [])[ChatKeys.ThoughtSignature] = sign;
        }

        if (isThought)
        {
            GeminiKeys.Keep(content, GeminiKeys.PartPath + "thought", true);
        }

        return Finish(content, beside);
    }

    private static AIContent Finish(AIContent content, List<(string Name, JsonElement Value)> beside)
    {
        foreach (var (name, value) in beside)
        {
            GeminiKeys.Keep(content, GeminiKeys.PartPath + name, value);
        }

        return content;
    }

    private static DataContent ReadInline(RequestElement data)
    {
        var type = data.RequireObject().Get("mimeType");
        try
        {
            return new DataContent(data.Get("data").Base64(), type.NonEmptyString()) { Name = data.Get("displayName").OptionalString() };
        }
        catch (ArgumentException)
        {
            throw type.Invalid("must be a media type such as 'image/png'");
        }
    }

    private static UriContent ReadFile(RequestElement file)
    {
        var uri = file.RequireObject().Get("fileUri");
        var type = file.Get("mimeType");
        if (!Uri.TryCreate(uri.NonEmptyString(), UriKind.Absolute, out var address))
        {
            throw uri.Invalid("must be an address with its scheme");
        }

        var mediaType = type.OptionalString() is { Length: > 0 } given ? given : "application/octet-stream";
        try
        {
            // The caller says himself that the server can read it: that is Gemini's to judge.
            return new UriContent(address, mediaType) { AdditionalProperties = new() { [GeminiKeys.SaidFile] = true } };
        }
        catch (ArgumentException)
        {
            throw type.Invalid("must be a media type such as 'image/png'");
        }
    }

    private static FunctionCallContent ReadCall(RequestElement call, IdSource callId)
    {
        var name = call.RequireObject().Get("name").NonEmptyString();
        var id = call.Get("id").OptionalString() is { Length: > 0 } given ? given : null;
        var arguments = new Dictionary<string, object?>();
        var args = call.Get("args");
        if (!args.IsNull)
        {
            foreach (var member in args.RequireObject().Value.EnumerateObject())
            {
                arguments[member.Name] = member.Value;
            }
        }

        var (own, isSilent) = callId(call, id, name);
        var content = new FunctionCallContent(own, name, arguments);
        if (isSilent)
        {
            (content.AdditionalProperties ??= [])[GeminiKeys.MintedId] = true;
        }

        return content;
    }

    /// <summary>`output` and `error` are the members in which Google asks for what a function said, or why it failed.</summary>
    private static FunctionResultContent ReadResult(RequestElement result, IdSource resultId)
    {
        var name = result.RequireObject().Get("name").NonEmptyString();
        var id = result.Get("id").OptionalString() is { Length: > 0 } given ? given : null;
        var response = result.Get("response").RequireObject().Value;
        var (single, member) = (response.GetPropertyCount() == 1, response.EnumerateObject().FirstOrDefault());
        var isText = single && member.Name is "output" or "error" && member.Value.ValueKind == JsonValueKind.String;
        var (own, isSilent) = resultId(result, id, name);
        var content = new FunctionResultContent(own, isText ? member.Value.GetString() : response)
        {
            AdditionalProperties = new() { [ChatKeys.ToolName] = name },
        };
        if (isText && member.Name == "error")
        {
            content.AdditionalProperties[ChatKeys.ToolFailed] = true;
        }

        if (isSilent)
        {
            content.AdditionalProperties[GeminiKeys.MintedId] = true;
        }

        foreach (var (key, value) in result.Members())
        {
            if (key is not ("name" or "id" or "response"))
            {
                GeminiKeys.Keep(content, GeminiKeys.ResponsePath + key, value.Value);
            }
        }

        return content;
    }
}
