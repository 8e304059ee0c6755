using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>A message's or a result's content: a string or parts.</summary>
internal static class InputPartReader
{
    public static List<AIContent> ReadContent(RequestElement content) => content.Value.ValueKind switch
    {
        JsonValueKind.String => [new TextContent(content.String())],
        JsonValueKind.Array => [.. content.Items().Select(Read)],
        JsonValueKind.Undefined => throw content.Missing(),
        _ => throw content.WrongType("a string or an array of parts"),
    };

    private static AIContent Read(RequestElement part)
    {
        switch (part.RequireObject()["type"].String())
        {
            case "input_text" or "output_text" or "text":
                var text = new TextContent(part["text"].String());
                ThoughtSignatures.Read(part.Value, text);
                return text;
            case "refusal":
                return new ErrorContent(part["refusal"].String()) { ErrorCode = ChatKeys.Refusal };
            case "input_image":
                return ReadImage(part);
            case "input_file":
                return ReadFile(part);
            case "input_audio":
                var audio = part["input_audio"].RequireObject();
                return new DataContent(ReadBase64(audio["data"]), "audio/" + audio["format"].NonEmptyString());
            default:
                return new AIContent { AdditionalProperties = new() { [ResponsesKeys.RawPart] = part.Value } };
        }
    }

    private static AIContent ReadImage(RequestElement part)
    {
        AIContent image;
        if (part["file_id"].OptionalString() is { Length: > 0 } id)
        {
            image = new HostedFileContent(id) { MediaType = "image/*" };
        }
        else
        {
            var url = part["image_url"];
            image = url.Value.ValueKind == JsonValueKind.Object ? throw url.WrongType("a string, the image's URL") : ReadUrl(url, "image/*");
        }

        if (part["detail"].OptionalString() is not null)
        {
            (image.AdditionalProperties ??= [])["detail"] = part["detail"].Value;
        }

        return image;
    }

    private static AIContent ReadFile(RequestElement part)
    {
        var name = part["filename"].OptionalString();
        if (part["file_id"].OptionalString() is { Length: > 0 } id)
        {
            return new HostedFileContent(id) { Name = name };
        }

        if (part["file_url"].OptionalString() is not null)
        {
            return ReadUrl(part["file_url"], name?.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) == true ? "application/pdf" : "application/octet-stream");
        }

        var data = part["file_data"];
        var content = data.NonEmptyString().StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            ? (DataContent)ReadUrl(data, "application/octet-stream")
            : new DataContent(ReadBase64(data), name?.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) == true ? "application/pdf" : "application/octet-stream");
        content.Name = name;
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

    private static byte[] ReadBase64(RequestElement value)
    {
        value.NonEmptyString();
        return value.Value.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0 ? bytes : throw value.Invalid("must be base64");
    }
}
