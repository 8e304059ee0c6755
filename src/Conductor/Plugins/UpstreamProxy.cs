using System.Net;

namespace Conductor.Plugins;

/// <summary>
/// The proxy for calls of upstreams: what the environment says (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), except that nothing for this machine
/// leaves it. A proxy elsewhere would look for `127.0.0.1` on its own machine, and be shown the prompt.
/// </summary>
/// <param name="environment">What the environment says.</param>
internal sealed class UpstreamProxy(IWebProxy environment) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => environment.Credentials;
        set => environment.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsLoopback(destination) ? null : environment.GetProxy(destination);

    public bool IsBypassed(Uri host) => IsLoopback(host) || environment.IsBypassed(host);

    // A name that only the resolver knows to be this machine is not one of these: to ask it would be a look-up for every call.
    private static bool IsLoopback(Uri address)
    {
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            return IPAddress.IsLoopback(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip);
        }

        var name = address.IdnHost.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
