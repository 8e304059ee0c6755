using System.Security.Cryptography;

namespace Conductor.Wire.Gemini;

/// <summary>Ids of an answer's function calls: what the server says if it says it once, else one of ours.</summary>
internal sealed class CallIds
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>An <see cref="IdSource"/>. Random, for a conversation holds the calls of several answers; said from then on, so that results find their calls.</summary>
    public (string Id, bool IsSilent) Next(RequestElement place, string? id, string name)
    {
        if (id is null || !_seen.Add(id))
        {
            id = "call_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
            _seen.Add(id);
        }

        return (id, false);
    }
}
