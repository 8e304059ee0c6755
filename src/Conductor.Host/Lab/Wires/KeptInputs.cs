namespace Conductor.Host.Lab.Wires;

/// <summary>Inputs that failed once, each in a file: the target's name on the first line, base64 on the second.</summary>
internal static class KeptInputs
{
    /// <summary>Keeps one; its name is that of its bytes, so that the same one is kept once.</summary>
    public static string Keep(string folder, WireFailure failure)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{failure.Target.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(failure.Input))[..12]}.txt");
        File.WriteAllText(path, $"{failure.Target}\n{Convert.ToBase64String(failure.Input)}\n");
        return path;
    }

    /// <summary>Reads one.</summary>
    public static (string Target, byte[] Input) Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return (lines[0], Convert.FromBase64String(lines[1]));
    }
}
