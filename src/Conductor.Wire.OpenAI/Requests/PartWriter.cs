using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes one content part.</summary>
internal static class PartWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content, string path, OpenAITarget target, LossReport losses)
    {
        if (content.AdditionalProperties?.TryGetValue(ChatKeys.RawPart, out JsonElement raw) == true)
        {
            raw.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        switch (content)
        {
            case TextContent text:
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text.Text);
                break;
            case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal:
                writer.WriteString("type"u8, "refusal"u8);
                writer.WriteString("refusal"u8, refusal.Message);
                break;
            case UriContent uri:
                RequireImage(uri.HasTopLevelMediaType("image"), uri.MediaType, path);
                WriteImage(writer, uri.Uri.OriginalString, content);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                WriteImage(writer, data.Uri, content);
                break;
            case DataContent data when data.HasTopLevelMediaType("audio"):
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteStartObject("input_audio"u8);
                writer.WriteString("data"u8, data.Base64Data.Span);
                writer.WriteString("format"u8, AudioFormat(data.MediaType));
                writer.WriteEndObject();
                break;
            case DataContent data:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("file_data"u8, data.Uri);
                WriteFileName(writer, data.Name);
                break;
            case HostedFileContent file:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                WriteFileName(writer, file.Name);
                break;
            default:
                throw new WireRequestException(path, $"'{path}' is a {content.GetType().Name}, which this dialect cannot say.", WireRequestCodes.Unsupported);
        }

        if (target.IsStrict && content.AdditionalProperties?.ContainsKey(ChatKeys.CacheControl) == true)
        {
            losses.Drop(ChatKeys.CacheControl);
            ExtraMembers.Write(writer, content.AdditionalProperties, path, losses, "type", "detail", ChatKeys.CacheControl);
        }
        else
        {
            ExtraMembers.Write(writer, content.AdditionalProperties, path, losses, "type", "detail");
        }

        writer.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter writer, string url, AIContent content)
    {
        writer.WriteString("type"u8, "image_url"u8);
        writer.WriteStartObject("image_url"u8);
        writer.WriteString("url"u8, url);
        if (content.AdditionalProperties?.TryGetValue("detail", out var detail) == true)
        {
            writer.WritePropertyName("detail"u8);
            LooseValue.Write(writer, detail, "detail");
        }

        writer.WriteEndObject();
    }

    private static void WriteFileName(Utf8JsonWriter writer, string? name)
    {
        if (name is not null)
        {
            writer.WriteString("filename"u8, name);
        }

        writer.WriteEndObject();
    }

    private static void RequireImage(bool isImage, string mediaType, string path)
    {
        if (!isImage)
        {
            throw new WireRequestException(path, $"'{path}' points to '{mediaType}'; by address this dialect takes images only.", WireRequestCodes.Unsupported);
        }
    }

    private static string AudioFormat(string mediaType) => mediaType["audio/".Length..].ToLowerInvariant() switch
    {
        "mpeg" => "mp3",
        "x-wav" or "wave" or "vnd.wave" => "wav",
        var format => format,
    };
}
