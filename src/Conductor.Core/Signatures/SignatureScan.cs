using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Signatures;

/// <summary>Finds the signatures under which models hand out their thinking: Anthropic's `signature`, Gemini's `thoughtSignature`, OpenAI's `encrypted_content`. What is kept of one is its hash.</summary>
internal static class SignatureScan
{
    // Gemini's, beside a text or a call, as the wires keep it in the typed chat.
    private const string ThoughtSignature = "conductor.thought_signature";

    // What opens a seal of another maker in OpenAI's Responses dialect: `conductor.MAKER.` and the signature.
    private const string Wrapped = "conductor.";

    // Shorter ones stand for a block that has none yet.
    private const int Shortest = 16;

    /// <summary>The hashes of all signatures in JSON, whole or one event, found without parsing it. About 30 ns for an ordinary event that has none.</summary>
    public static List<UInt128>? Find(ReadOnlySpan<byte> json)
    {
        List<UInt128>? found = null;
        Find(json, "ignature\""u8, ref found); // `signature`, `thought_signature`, `thoughtSignature`
        Find(json, "encrypted_content\""u8, ref found);
        return found;
    }

    /// <summary>The same for a typed content; null where it has none.</summary>
    public static UInt128? Of(AIContent content) => content switch
    {
        TextReasoningContent { ProtectedData: { Length: >= Shortest } signature } => Hash(signature),
        { AdditionalProperties: { } properties } when properties.TryGetValue(ThoughtSignature, out string? signature) && signature is { Length: >= Shortest } => Hash(signature),
        _ => null,
    };

    private static void Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, ref List<UInt128>? found)
    {
        for (var at = json.IndexOf(name); at >= 0; at = json.IndexOf(name))
        {
            json = json[(at + name.Length)..];
            var value = json.TrimStart(" \t\r\n"u8);
            if (value.IsEmpty || value[0] != ':')
            {
                continue; // a text that ends so, not a member
            }

            value = value[1..].TrimStart(" \t\r\n"u8);
            if (value.IsEmpty || value[0] != '"' || EndOf(value) is not { } end)
            {
                continue;
            }

            if (end > Shortest)
            {
                (found ??= []).Add(Hash(TextOf(value[..(end + 1)])));
            }

            json = value[(end + 1)..];
        }
    }

    // Where the closing quote stands; null where there is none.
    private static int? EndOf(ReadOnlySpan<byte> quoted)
    {
        for (var i = 1; i < quoted.Length; i++)
        {
            if (quoted[i] == '"')
            {
                return i;
            }

            i += quoted[i] == '\\' ? 1 : 0;
        }

        return null;
    }

    private static string TextOf(ReadOnlySpan<byte> quoted)
    {
        try
        {
            var reader = new Utf8JsonReader(quoted);
            return reader.Read() ? reader.GetString() ?? "" : "";
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return ""; // not text: somebody else says so
        }
    }

    private static UInt128 Hash(string signature)
    {
        if (signature.StartsWith(Wrapped, StringComparison.Ordinal) && signature.IndexOf('.', Wrapped.Length) is > 0 and var dot)
        {
            signature = signature[(dot + 1)..];
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(signature), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
