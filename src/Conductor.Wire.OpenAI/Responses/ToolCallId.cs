using System.Security.Cryptography;

namespace Conductor.Wire.OpenAI;

/// <summary>Ids for tool calls that came without one.</summary>
internal static class ToolCallId
{
    public static string New() => "call_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
