using System.Runtime.InteropServices;
using System.Text.Json;

namespace Conductor.Host.Lab.Wires;

/// <summary>Whether a body with another model is the same in everything else, byte for byte in its values.</summary>
internal static class SpliceCheck
{
    /// <summary>A name with everything in it that needs care.</summary>
    public const string Model = "target/модель \"x\"\\:1";

    /// <summary>Compares the members of the root.</summary>
    /// <param name="before">As it came.</param>
    /// <param name="after">With <see cref="Model"/>.</param>
    /// <param name="changed">Members that may differ beside the model.</param>
    public static JsonElement Compare(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, params string[] changed)
    {
        Probe.RequireJson(after, "splice");
        var (one, other) = (JsonElement.Parse(before), JsonElement.Parse(after));
        Probe.Require(other.GetProperty("model").GetString() == Model, "splice: another model than was asked for");
        var (left, right) = (Members(one, changed), Members(other, changed));
        Probe.Require(left.SequenceEqual(right), "splice: a member is not what it was");
        return other;
    }

    /// <summary>Compares all values but those of `model` at the three places where Gemini has one.</summary>
    public static void CompareGemini(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        Probe.RequireJson(after, "splice");
        var (one, other) = (JsonElement.Parse(before), JsonElement.Parse(after));
        Probe.Require(Masked(one, "").SequenceEqual(Masked(other, "")), "splice: a member is not what it was");
    }

    private static List<(string Name, string Value)> Members(JsonElement root, string[] changed) =>
    [
        .. root.EnumerateObject()
            .Where(member => member.Name is not ("model" or "provider") && !changed.Contains(member.Name))
            .Select(member => (member.Name, System.Text.Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(member.Value)))),
    ];

    private static IEnumerable<string> Masked(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Object && path is "" or "requests[]" or "generateContentRequest" or "generate_content_request")
        {
            foreach (var member in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
            {
                yield return member.Name;
                foreach (var line in member.Name == "model" ? [] : Masked(member.Value, path.Length == 0 ? member.Name : "-"))
                {
                    yield return line;
                }
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && path == "requests")
        {
            foreach (var line in value.EnumerateArray().SelectMany(item => Masked(item, "requests[]")))
            {
                yield return line;
            }
        }
        else
        {
            yield return value.GetRawText();
        }
    }
}
