using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes one part of a content, for requests and for answers.</summary>
/// <param name="names">Function names by the ids of their calls.</param>
/// <param name="losses">What could not be said.</param>
/// <param name="isAnswer">For a caller, who is to bring back what other makers have signed.</param>
internal sealed class PartWriter(IReadOnlyDictionary<string, string> names, LossReport losses, bool isAnswer = false)
{
    private const string FilesAddress = "https://generativelanguage.googleapis.com/v1beta/";

    // Addresses that Google's servers read by themselves.
    private static readonly string[] GoogleHosts = ["generativelanguage.googleapis.com", "www.youtube.com", "youtube.com", "youtu.be"];

    public void Write(Utf8JsonWriter writer, AIContent content, string path, string? signature)
    {
        if (content.AdditionalProperties?.TryGetValue(GeminiKeys.Part, out JsonElement raw) == true)
        {
            raw.WriteTo(writer);
            return;
        }

        if (content is TextReasoningContent reasoning)
        {
            WriteReasoning(writer, reasoning);
            return;
        }

        writer.WriteStartObject();
        switch (content)
        {
            case TextContent text:
                writer.WriteString("text"u8, text.Text);
                break;
            case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal:
                losses.Change("messages.refusal");
                writer.WriteString("text"u8, refusal.Message);
                break;
            case DataContent data:
                WriteInline(writer, data);
                break;
            case UriContent uri:
                WriteFile(writer, uri, path);
                break;
            case HostedFileContent file when file.FileId.StartsWith("https://generativelanguage.googleapis.com/", StringComparison.Ordinal) || file.FileId.StartsWith("files/", StringComparison.Ordinal):
                writer.WriteStartObject("fileData"u8);
                writer.WriteString("fileUri"u8, file.FileId.StartsWith("files/", StringComparison.Ordinal) ? FilesAddress + file.FileId : file.FileId);
                WriteOptional(writer, "mimeType", file.MediaType);
                writer.WriteEndObject();
                break;
            case FunctionCallContent call:
                WriteCall(writer, call, path);
                break;
            case FunctionResultContent result:
                WriteResult(writer, result, path);
                break;
            default:
                throw new WireRequestException(path, $"'{path}' is a {Describe(content)}, which Gemini's dialect cannot say.", WireRequestCodes.Unsupported);
        }

        foreach (var (name, value) in GeminiKeys.Kept(content.AdditionalProperties, GeminiKeys.PartPath))
        {
            writer.WritePropertyName(name);
            LooseValue.Write(writer, value, path + "." + name);
        }

        WriteOptional(writer, "thoughtSignature", signature);
        writer.WriteEndObject();
        ReportLost(content);
    }

    private static string Describe(AIContent content) =>
        content.AdditionalProperties?.TryGetValue(ChatKeys.RawPart, out JsonElement raw) == true && GeminiJson.String(raw, "type"u8) is { Length: < 40 } type ? $"part of type '{type}'" : content.GetType().Name;

    /// <summary>A thought of this dialect's own comes back exactly; to Google of another's only the text, for its signature means nothing there.</summary>
    private void WriteReasoning(Utf8JsonWriter writer, TextReasoningContent reasoning)
    {
        var extra = reasoning.AdditionalProperties;
        var signature = ForeignSignature.Write(reasoning);
        if (!isAnswer && reasoning.ProtectedData is not null && signature != reasoning.ProtectedData)
        {
            losses.Drop("messages.reasoning_details");
            signature = null;
            if (reasoning.Text.Length == 0)
            {
                return;
            }
        }

        writer.WriteStartObject();
        writer.WriteString("text"u8, reasoning.Text);
        writer.WriteBoolean("thought"u8, true);
        foreach (var (name, value) in GeminiKeys.Kept(extra, GeminiKeys.PartPath))
        {
            writer.WritePropertyName(name);
            LooseValue.Write(writer, value, name);
        }

        WriteOptional(writer, "thoughtSignature", signature);
        writer.WriteEndObject();
    }

    private static void WriteInline(Utf8JsonWriter writer, DataContent data)
    {
        writer.WriteStartObject("inlineData"u8);
        writer.WriteString("mimeType"u8, data.MediaType);
        writer.WriteString("data"u8, data.Base64Data.Span);
        WriteOptional(writer, "displayName", data.Name);
        writer.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter writer, UriContent uri, string path)
    {
        var isSaid = uri.AdditionalProperties?.ContainsKey(GeminiKeys.SaidFile) == true;
        if (!isSaid && uri.Uri.Scheme != "gs" && !GoogleHosts.Contains(uri.Uri.Host, StringComparer.OrdinalIgnoreCase))
        {
            throw new WireRequestException(
                path,
                $"'{path}' is an address that Google's servers do not fetch: send the data itself as a data URL ('data:image/png;base64,…'), or upload it to Google's Files API and give that address.",
                WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject("fileData"u8);
        writer.WriteString("fileUri"u8, uri.Uri.OriginalString);
        // `image/*` is what a caller of another dialect did not have to say.
        WriteOptional(writer, "mimeType", uri.MediaType.EndsWith("/*", StringComparison.Ordinal) || uri.MediaType == "application/octet-stream" ? null : uri.MediaType);
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, FunctionCallContent call, string path)
    {
        if (call.Arguments is null && call.AdditionalProperties?.ContainsKey(ChatKeys.RawArguments) == true)
        {
            throw new WireRequestException(path, $"'{path}' calls '{call.Name}' with arguments that are no JSON object, which Gemini's dialect cannot say.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject("functionCall"u8);
        WriteId(writer, call.CallId, call);
        writer.WriteString("name"u8, call.Name);
        writer.WriteStartObject("args"u8);
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
        {
            writer.WritePropertyName(name);
            LooseValue.Write(writer, value, path + "." + name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResult(Utf8JsonWriter writer, FunctionResultContent result, string path)
    {
        var extra = result.AdditionalProperties;
        var name = names.GetValueOrDefault(result.CallId) ?? (extra?.TryGetValue(ChatKeys.ToolName, out string? given) == true ? given : null)
            ?? throw new WireRequestException(path, $"'{path}' answers a call that no earlier message made; its 'tool_call_id' must be one of theirs.", WireRequestCodes.InvalidValue);
        writer.WriteStartObject("functionResponse"u8);
        WriteId(writer, result.CallId, result);
        writer.WriteString("name"u8, name);
        var files = ResultValue.Write(writer, result, path);
        var kept = GeminiKeys.Kept(extra, GeminiKeys.ResponsePath).ToList();
        if (files.Count > 0 && !kept.Exists(member => member.Path == "parts"))
        {
            writer.WriteStartArray("parts"u8);
            foreach (var file in files)
            {
                writer.WriteStartObject();
                WriteInline(writer, file);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        foreach (var (member, value) in kept)
        {
            writer.WritePropertyName(member);
            LooseValue.Write(writer, value, path + "." + member);
        }

        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, string id, AIContent content)
    {
        if (content.AdditionalProperties?.TryGetValue(GeminiKeys.MintedId, out var minted) != true || minted is not true)
        {
            writer.WriteString("id"u8, id);
        }
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private void ReportLost(AIContent content)
    {
        foreach (var (name, value) in content.AdditionalProperties ?? [])
        {
            if (value is null || ChatKeys.IsNote(name) || name is "extra_content")
            {
                continue;
            }

            if (ChatKeys.TrySplit(name, out var dialect, out _))
            {
                if (dialect != GeminiKeys.Dialect)
                {
                    losses.Drop(name);
                }
            }
            else if (name != "detail")
            {
                losses.Drop(name == ChatKeys.CacheControl ? name : "messages.content." + name);
            }
            else if (OptionValue.Text(value) is not "auto")
            {
                losses.Drop("messages.content.image_url.detail");
            }
        }
    }
}
