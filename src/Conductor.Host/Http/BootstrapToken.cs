using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Settings;
using Conductor.Storage;

namespace Conductor.Host.Http;

/// <summary>
/// The token of a first start beyond this machine: good for making the first key, and for nothing else. It is void once it has been used, once any key is there, and at the next
/// start.
/// </summary>
internal sealed class BootstrapToken(ISettings settings) : IDisposable
{
    public const string FileName = "bootstrap.token";

    private const string Prefix = "ck_boot_";
    private readonly Lock _gate = new();
    private byte[]? _hash;
    private string? _path;

    /// <summary>Makes one, and writes it to a file of the data folder that its owner alone can read.</summary>
    /// <returns>The token and the file.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public (string Token, string Path) Make()
    {
        var token = Prefix + RandomNumberGenerator.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 43);
        var path = Path.Combine(settings.Current.Storage.Path, FileName);
        PrivateFolder.Create(settings.Current.Storage.Path);
        File.Delete(path); // an old one may have other rights
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(path, options))
        {
            file.Write(Encoding.ASCII.GetBytes(token + "\n"));
        }

        lock (_gate)
        {
            (_hash, _path) = (SHA256.HashData(Encoding.UTF8.GetBytes(token)), path);
        }

        settings.Changed += OnChanged;
        return (token, path);
    }

    /// <summary>Whether there is one that is not void.</summary>
    public bool IsOffered
    {
        get
        {
            lock (_gate)
            {
                return _hash is not null;
            }
        }
    }

    /// <summary>Who presents it: an admin of the tenant `default`, where only the making of a key asks. Null when it is not the token, or void.</summary>
    public CallerIdentity? Authenticate(string? presented)
    {
        lock (_gate)
        {
            return _hash is not null && settings.Current.Keys.Count == 0 && presented is { Length: > 0 and < 256 }
                && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(presented)), _hash)
                ? new CallerIdentity(CallContext.DefaultTenant, null, AccessRole.Admin, null)
                : null;
        }
    }

    /// <summary>Voids it and deletes its file.</summary>
    public void Void()
    {
        string? path;
        lock (_gate)
        {
            (path, _hash, _path) = (_path, null, null);
        }

        if (path is null)
        {
            return;
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // What it holds is good for nothing any more.
        }
    }

    public void Dispose()
    {
        settings.Changed -= OnChanged;
        Void();
    }

    private void OnChanged(ConductorSettings current)
    {
        if (current.Keys.Count > 0)
        {
            Void();
        }
    }
}
