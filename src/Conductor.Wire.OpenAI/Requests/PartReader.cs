using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>A message's content: a string or parts.</summary>
internal static class PartReader
{
    public static List<AIContent> ReadContent(RequestElement content)
    {
        if (content.Value.ValueKind == JsonValueKind.String)
        {
            return [new TextContent(content.String())];
        }

        if (content.Value.ValueKind is JsonValueKind.Undefined)
        {
            throw content.Missing();
        }

        if (content.Value.ValueKind != JsonValueKind.Array)
        {
            throw content.WrongType("a string or an array of parts");
        }

        return content.Value.GetArrayLength() > 0 ? [.. content.Items().Select(Read)] : throw content.Invalid("must not be empty");
    }

    private static AIContent Read(RequestElement part)
    {
        var type = part.RequireObject()["type"].String();
        var content = type switch
        {
            "text" => new TextContent(part["text"].String()),
            "refusal" => new ErrorContent(part["refusal"].String()) { ErrorCode = ChatKeys.Refusal },
            "image_url" => ReadImage(part["image_url"].RequireObject()),
            "input_audio" => ReadAudio(part["input_audio"].RequireObject()),
            "file" => ReadFile(part["file"].RequireObject()),
            // `video_url` and whatever a server adds: not understood, not lost.
            _ => new AIContent { AdditionalProperties = new() { [ChatKeys.RawPart] = part.Value } },
        };
        if (content.AdditionalProperties?.ContainsKey(ChatKeys.RawPart) == true)
        {
            return content;
        }

        foreach (var member in part.Value.EnumerateObject().Where(member => member.Name != "type" && member.Name != type))
        {
            (content.AdditionalProperties ??= [])[member.Name] = member.Value;
        }

        return content;
    }

    private static AIContent ReadImage(RequestElement image)
    {
        var url = image["url"];
        var content = ReadUrl(url, "image/*");
        if (image["detail"].OptionalString() is not null)
        {
            (content.AdditionalProperties ??= [])["detail"] = image["detail"].Value;
        }

        return content;
    }

    private static AIContent ReadUrl(RequestElement url, string mediaType)
    {
        var text = url.NonEmptyString();
        try
        {
            if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            {
                var data = new DataContent(text);
                return data.Data.IsEmpty ? throw url.Invalid("is a data URL without data") : data;
            }

            if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp))
            {
                return new UriContent(uri, mediaType);
            }
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or UriFormatException or InvalidOperationException)
        {
            throw new WireRequestException(url.Path, $"'{url.Path}' is not a data URL with base64 data.", WireRequestCodes.InvalidValue, failure);
        }

        throw url.Invalid("must be an http, https or data URL");
    }

    private static DataContent ReadAudio(RequestElement audio)
    {
        var format = audio["format"].NonEmptyString();
        return new DataContent(ReadBase64(audio["data"]), "audio/" + format switch
        {
            "wav" or "mp3" or "flac" or "opus" or "pcm16" or "ogg" or "aac" or "m4a" or "webm" => format,
            _ => throw audio["format"].Invalid("must be a sound format such as 'wav' or 'mp3'"),
        });
    }

    private static AIContent ReadFile(RequestElement file)
    {
        if (file["file_id"].OptionalString() is { } id)
        {
            return id.Length > 0 ? new HostedFileContent(id) { Name = file["filename"].OptionalString() } : throw file["file_id"].Invalid("must not be empty");
        }

        var data = file["file_data"];
        var text = data.NonEmptyString();
        var content = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            ? (DataContent)ReadUrl(data, "application/octet-stream")
            : new DataContent(ReadBase64(data), "application/octet-stream");
        content.Name = file["filename"].OptionalString();
        return content;
    }

    private static byte[] ReadBase64(RequestElement value)
    {
        if (value.Value.ValueKind != JsonValueKind.String)
        {
            value.String();
        }

        return value.Value.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0 ? bytes : throw value.Invalid("must be base64");
    }
}
