//! Which device computes, as radio.toml and the command line name it.

use std::{fmt, str::FromStr};

use candle_core::Device;

/// Where models are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The first GPU if there is one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The GPU of this number.
    Cuda(usize),
}

/// A device that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected \"auto\", \"cpu\" or \"cuda:0\" with the number of a GPU, found {0:?}")]
pub struct UnknownDevice(String);

/// A GPU that was asked for can't be had.
#[derive(Debug, thiserror::Error)]
#[error("{choice}: {reason}")]
pub struct NoDevice {
    choice: DeviceChoice,
    reason: String,
}

impl DeviceChoice {
    /// The GPU that was chosen; none if the processor is to compute, by choice or for want of one.
    ///
    /// # Errors
    /// It was asked for by its number, and there is none or it can't be used.
    pub fn gpu(self) -> Result<Option<Device>, NoDevice> {
        match self {
            Self::Cpu => Ok(None),
            Self::Auto => Ok(Device::new_cuda(0).ok()),
            Self::Cuda(_) if !cfg!(feature = "cuda") => {
                let reason = "this build knows no GPU: build one with --features cuda";
                Err(NoDevice { choice: self, reason: reason.to_owned() })
            }
            Self::Cuda(number) => Device::new_cuda(number).map(Some).map_err(|error| {
                // What candle says may have a backtrace below it.
                let reason = error.to_string().lines().take(1).collect();
                NoDevice { choice: self, reason }
            }),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        let unknown = || UnknownDevice(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_as_they_are_written() {
        for choice in [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(12)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for wrong in ["", "gpu", "cuda", "cuda:", "cuda:-1", "CPU"] {
            assert_eq!(wrong.parse::<DeviceChoice>(), Err(UnknownDevice(wrong.to_owned())));
        }
    }

    #[test]
    fn a_gpu_that_is_not_there_is_named() {
        let error = DeviceChoice::Cuda(4096).gpu().unwrap_err().to_string();
        assert!(error.starts_with("cuda:4096: "), "{error}");
        assert!(DeviceChoice::Cpu.gpu().unwrap().is_none());
    }
}
