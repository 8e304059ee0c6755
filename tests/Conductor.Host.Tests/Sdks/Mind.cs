using System.Globalization;
using System.Security.Cryptography;

namespace Conductor.Host.Tests.Sdks;

/// <summary>The model behind every fake upstream. It tells in its answer what reached it, so that a client sees whether all of it did.</summary>
internal static class Mind
{
    /// <summary>What every client asks the weather of, in this order.</summary>
    public static readonly string[] Cities = ["Zürich", "東京"];

    public static Answered Answer(Asked asked) => asked switch
    {
        { Results.Count: > 0 } => Text(string.Join("; ", asked.Results.Select(one => one.Result.Contains(one.City, StringComparison.Ordinal) ? one.Result : $"mixed up: {one.City} is not {one.Result}"))),
        { HasTools: true, MustCall: true } => new Answered.Calls([Cities[0]]),
        { HasTools: true, Text: "must" } => Text("nobody told me to call it"),
        { HasTools: true } => new Answered.Calls(Cities),
        { Image: { } image } => Text($"{asked.Text} {image.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(image))[..12]}"),
        { HasSchema: true } => Text("""{"city":"Zürich 😀","days":3}"""),
        _ when asked.Text.StartsWith("fail ", StringComparison.Ordinal) => new Answered.Failure(int.Parse(asked.Text["fail ".Length..], CultureInfo.InvariantCulture)),
        _ when asked.Text.StartsWith("go on ", StringComparison.Ordinal) => new Answered.Stall(["one ", "two ", "three ", "four "], asked.Text["go on ".Length..]),
        _ when asked.System.Length > 0 => Text($"[{asked.System}] {asked.Text}"),
        _ => Text(asked.Text),
    };

    // Pieces of three characters as people count them: a surrogate pair or a joined emoji is never cut, as models' tokens of whole characters are not.
    private static Answered.Text Text(string text)
    {
        var characters = new List<string>();
        for (var each = StringInfo.GetTextElementEnumerator(text); each.MoveNext();)
        {
            characters.Add(each.GetTextElement());
        }

        return new Answered.Text([.. characters.Chunk(3).Select(three => string.Concat(three))]);
    }
}
