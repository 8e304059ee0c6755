using System.Security.Cryptography;

namespace Conductor.Configuration;

/// <summary>One digest of several files' content; a file that is not there is a state like another.</summary>
internal static class FilesDigest
{
    public static string Of(IReadOnlyList<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            try
            {
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                hash.AppendData("absent"u8);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
